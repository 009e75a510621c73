import { parse } from 'yaml';

export type Condition = 'service_started' | 'service_healthy' | 'service_completed_successfully';
export type Service = {
  image?: string;
  build?: string;
  command?: string[];
  environment?: Record<string, string>;
  healthcheck?: { test?: string[]; disable?: boolean };
  deploy?: { replicas?: number };
  depends_on?: string[] | Record<string, { condition: Condition }>;
};

/** Reads a compose file as Compose would, with these variables. */
export function readCompose(text: string, variables: Record<string, string>): Record<string, Service> {
  const interpolated = text.replace(
    /\$\{(\w+)(?::-([^}]*))?\}/g,
    (_, name: string, otherwise: string | undefined) => variables[name] || (otherwise ?? ''),
  );
  return parse(interpolated, { merge: true }).services;
}

/** What a service waits for. */
export function dependenciesOf({ depends_on: names = [] }: Service): [name: string, condition: Condition][] {
  if (Array.isArray(names)) return names.map((name) => [name, 'service_started']);
  return Object.entries(names).map(([name, { condition }]) => [name, condition]);
}

/** The services, each behind all that it waits for. */
export function inOrder(services: Record<string, Service>): [name: string, service: Service][] {
  const ordered = new Map<string, Service>();
  const add = (name: string): void => {
    const service = services[name];
    if (!service) throw new Error(`There is no service ${name}.`);
    if (ordered.has(name)) return;
    for (const [dependency] of dependenciesOf(service)) add(dependency);
    ordered.set(name, service);
  };
  for (const name of Object.keys(services)) add(name);
  return [...ordered];
}
