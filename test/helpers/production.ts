/** A complete production configuration, behind one proxy that ends TLS. The test's own database takes DATABASE_URL's place. */
export const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://authenticator@localhost/rowgate',
  DATABASE_OWNER_URL: 'postgres://rowgate_owner@localhost/rowgate',
  SESSION_SECRET: 'b25c46cb9d5f4f4a5b8cd4e0c1d8c2e6a7f0',
  KEY_ENCRYPTION_SECRET: '9f1d6f0a4be24c7c8a6d0b3f5e7c1a2d4b6e',
  ROOT_URL: 'https://api.example.com',
  SMTP_URL: 'smtp://localhost',
  TRUST_PROXY: '1',
};

/** What the proxy adds to a request. */
export const HTTPS = { 'x-forwarded-proto': 'https' };
