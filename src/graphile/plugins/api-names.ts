import { stripVTControlCharacters } from 'node:util';
import { nameEnumValues } from '../api-names/enum-value-names.ts';
import { findHidden } from '../api-names/find-hidden.ts';
import {
  describeRename,
  describeRenamedLabels,
  findRenamedLabels,
  findRenames,
} from '../api-names/find-renames.ts';
import { toInflectors } from '../api-names/model.ts';
import { readIntrospection } from '../api-names/read-introspection.ts';

type EnumCodec = {
  values?: ReadonlyArray<{ value: string }>;
  extensions?: { pg?: { schemaName: string; name: string } };
};

declare global {
  namespace GraphileConfig {
    interface Plugins {
      ApiNamesPlugin: true;
    }
  }
}

/**
 * Gives every table, type, column and function a name that GraphQL allows and nothing else has, where its own is not one: a
 * table `queries` would be the type `Query`. PostGraphile would leave it out of the API, or not build the API at all.
 *
 * @param schemas of the database, that the API shows
 * @param warn is told of each such object, and of whatever else PostGraphile leaves out; once, until it changes
 */
export function makeApiNamesPlugin(
  schemas: readonly string[],
  warn: (message: string) => void,
): GraphileConfig.Plugin {
  let warnings: string[] = [];
  let lastWarnings: string[] = [];
  const note = (message: string) => {
    warnings.push(message);
    if (!lastWarnings.includes(message)) warn(message);
  };
  const enumNames = new WeakMap<object, ReadonlyMap<string, string>>();

  return {
    name: 'ApiNamesPlugin',
    version: '1.0.0',
    after: ['smart-tags'],
    inflection: {
      replace: {
        // As tables do; PostGraphile takes `@name` for the type in GraphQL only.
        typeCodecName(previous, _options, details) {
          const { pgType } = details;
          const isArray = pgType.typcategory === 'A';
          const name = (isArray ? pgType.getElemType() : pgType)?.getTags().name;
          if (previous === undefined) throw new Error('PgCodecsPlugin is missing.');
          if (typeof name !== 'string') return previous(details);
          return this.camelCase(isArray ? `${name}_array` : name);
        },
        enumValue(previous, _options, value, codec) {
          const inflect = (label: string) =>
            (previous as (label: string, codec: unknown) => string)(label, codec);
          const labels = (codec as EnumCodec | undefined)?.values?.map((entry) => entry.value);
          if (!codec || !labels) return inflect(value);
          const names = enumNames.get(codec) ?? nameEnumValues(labels, inflect);
          enumNames.set(codec, names);
          return names.get(value) ?? inflect(value);
        },
      },
    },
    gather: {
      hooks: {
        pgIntrospection_introspection({ inflection }, { introspection }) {
          lastWarnings = warnings;
          warnings = [];
          for (const schema of schemas) {
            const { objects, entities } = readIntrospection(introspection, schema);
            // Without a codec the inflector of enum values knows nothing of the other labels.
            const inflect = (label: string) => inflection.enumValue(label, undefined as never);
            for (const renamed of findRenamedLabels(objects, inflect)) note(describeRenamedLabels(renamed));
            const inflectors = toInflectors(inflection);
            for (const { object, message } of findHidden(objects, inflectors))
              if (object.isReachable) note(message);
            for (const rename of findRenames(objects, inflectors)) {
              const { tags } = entities.get(rename.object)?.getTagsAndDescription() ?? {};
              if (tags) tags[rename.tag.name] = rename.tag.value;
              if (rename.object.isReachable) note(describeRename(rename));
            }
          }
        },
      },
    },
    schema: {
      hooks: {
        build: {
          after: ['SwallowErrors'],
          callback(build) {
            build.handleRecoverableError = (error) => note(`Left out of the API: ${toOneLine(error)}`);
            return build;
          },
        },
      },
    },
  };
}

/** PostGraphile colours its errors, and spreads them over lines. */
const toOneLine = (error: Error): string =>
  stripVTControlCharacters(error.message)
    .replace(/Details: \S+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
