import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, copyFile, cp, mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { readDockerfile, type Stage } from './read-dockerfile.ts';

/** What a container of the image begins with; a folder takes the place of its file system. */
export type Image = {
  root: string;
  workdir: string;
  environment: Record<string, string>;
  user: string | undefined;
  ports: string[];
  /** The words of a health check's command. */
  healthcheck: string[] | undefined;
  entrypoint: string[];
  command: string[];
};

/**
 * Follows a Dockerfile without Docker: each stage becomes a folder, and each instruction is carried out in it as it
 * stands, by the Node that runs the test. An instruction that is not known here is an error, so that a changed file
 * cannot go unnoticed.
 */
export async function buildImage(project: string, folder: string): Promise<Image> {
  const stages = readDockerfile(await readFile(join(project, 'Dockerfile'), 'utf8'));
  const ignored = (await readFile(join(project, '.dockerignore'), 'utf8')).split('\n').filter(Boolean);
  const built = new Map<string, Image>();
  let image: Image | undefined;
  for (const stage of stages) {
    image = await buildStage(stage, join(folder, stage.name ?? 'image'), { project, ignored, built });
    if (stage.name) built.set(stage.name, image);
  }
  return image as Image;
}

type Context = { project: string; ignored: string[]; built: Map<string, Image> };

async function buildStage(stage: Stage, root: string, context: Context): Promise<Image> {
  if (!stage.base.startsWith('node:24')) throw new Error(`There is no stand-in for the image ${stage.base}.`);
  const image: Image = {
    root,
    workdir: root,
    environment: {},
    user: undefined,
    ports: [],
    healthcheck: undefined,
    entrypoint: [],
    command: [],
  };
  // Where anybody may run it.
  await mkdir(join(root, 'usr/local/bin'), { recursive: true });
  await copyFile(process.execPath, join(root, 'usr/local/bin/node'), constants.COPYFILE_FICLONE);
  await chmod(join(root, 'usr/local/bin/node'), 0o755);

  for (const { keyword, flags, value } of stage.instructions) {
    if (keyword === 'WORKDIR') {
      image.workdir = join(root, value);
      await mkdir(image.workdir, { recursive: true });
    } else if (keyword === 'COPY') await copy(image, value, flags.from, context);
    else if (keyword === 'RUN') await runInStage(image, value);
    else if (keyword === 'ENV') Object.assign(image.environment, parseAssignments(value));
    else if (keyword === 'USER') image.user = value;
    else if (keyword === 'EXPOSE') image.ports.push(value);
    else if (keyword === 'ENTRYPOINT') image.entrypoint = JSON.parse(value);
    else if (keyword === 'CMD') image.command = JSON.parse(value);
    else if (keyword === 'HEALTHCHECK') image.healthcheck = JSON.parse(value.slice(value.indexOf('[')));
    else throw new Error(`The test does not know the instruction ${keyword}.`);
  }
  return image;
}

async function copy(image: Image, value: string, from: string | undefined, context: Context): Promise<void> {
  const words = value.split(/\s+/);
  const target = words.pop() as string;
  const isFolder = target.endsWith('/');
  for (const source of words) {
    if (!from && context.ignored.includes(source)) throw new Error(`${source} is in .dockerignore.`);
    const origin = from ? join(context.built.get(from)!.root, source) : join(context.project, source);
    await access(origin);
    const destination = resolve(image.workdir, target, isFolder ? basename(source) : '.');
    await mkdir(dirname(destination), { recursive: true });
    await cp(origin, destination, { recursive: true, verbatimSymlinks: true });
  }
}

async function runInStage(image: Image, command: string): Promise<void> {
  const path = `${join(image.root, 'usr/local/bin')}:${process.env.PATH}`;
  await promisify(execFile)('sh', ['-c', command], {
    cwd: image.workdir,
    env: { ...process.env, ...image.environment, PATH: path },
    maxBuffer: 16 * 1024 * 1024,
  });
}

function parseAssignments(text: string): Record<string, string> {
  return Object.fromEntries(text.split(/\s+/).map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
}
