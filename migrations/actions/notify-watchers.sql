-- Tells a server that watches (npm run dev) to read the schema again.
notify postgraphile_watch;
