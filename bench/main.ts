import { writeFile } from 'node:fs/promises';
import { run } from '../src/run.ts';
import { readFlags } from './flags.ts';
import { installDependencies } from './install-dependencies.ts';
import { measureAll } from './measure-all.ts';
import { FULL_PLAN, QUICK_PLAN } from './plan.ts';
import { makeProgress } from './progress.ts';
import { printReport } from './report/print-report.ts';
import { judge } from './report/targets.ts';
import { toMarkdown } from './report/to-markdown.ts';
import { toSvg } from './report/to-svg.ts';
import { withTemporaryFolder } from './with-temporary-folder.ts';

await run(async () => {
  const flags = readFlags(process.argv.slice(2));
  const progress = makeProgress(flags);
  installDependencies(progress);
  const results = await withTemporaryFolder((folder) =>
    measureAll(flags, flags.quick ? QUICK_PLAN : FULL_PLAN, { folder, progress }),
  );
  if (flags.json) console.log(JSON.stringify({ ...results, targets: judge(results) }, null, 2));
  else printReport(results);

  // A part of it must not pass for the whole.
  if (!flags.isComplete) return;
  await writeFile(new URL('./RESULTS.md', import.meta.url), toMarkdown(results));
  await writeFile(new URL('./results.svg', import.meta.url), toSvg(results));
  progress('Written: bench/RESULTS.md, bench/results.svg');
});
