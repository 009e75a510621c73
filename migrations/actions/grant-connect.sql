-- A reset takes every right on the database away, the server's right to connect included.
grant connect on database :DATABASE_NAME to authenticator;
