// Plain JavaScript on purpose: it must run, and explain itself, on a Node that cannot run the TypeScript behind it.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Rowgate needs Node 22.18 or newer to run TypeScript as it is, and this is ${process.version}. ` +
      'The npm package `node` brings one along: run `npm ci`, and if npm kept its install script from running, ' +
      '`npm rebuild node`.',
  );
  process.exit(1);
}

// PostGraphile reads this while it is imported: checks that help while developing, and speed in production.
process.env.GRAPHILE_ENV ??= process.env.NODE_ENV === 'production' ? 'production' : 'development';
