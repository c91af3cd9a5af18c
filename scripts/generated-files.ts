import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { OPTIONS, takes } from '../src/config/options.ts';
import { configFileSchema, type SchemaNode } from '../src/config/schema.ts';
import { asyncApiDocument } from '../src/protocol/asyncapi.ts';
import { ERRORS } from '../src/protocol/errors.ts';
import { CLOSE_CODES, EVENT_TYPES, eventSchema } from '../src/protocol/index.ts';

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

const SHIPPED_MODEL = 'models/emotion-v2';

/** Every file that is made from the code: path from the repository root → its text. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['config/schema.json', json(configFileSchema())],
    ['docs/asyncapi.json', json(asyncApiDocument(version))],
    ['docs/errors.md', errorsPage()],
    ['docs/options.md', optionsPage()],
    ['src/pipeline/kernel/kernel.gen.ts', await kernelModule()],
    [`${SHIPPED_MODEL}/manifest.json`, manifestOfCard()],
    ...EVENT_TYPES.map((type): [string, string] => [
      `docs/schemas/${type}.json`,
      json({
        $schema: 'http://json-schema.org/draft-07/schema#',
        title: type,
        ...eventSchema(type),
      }),
    ]),
  ]);
}

/** The shipped model's manifest, with the hash of its card as the card is now. */
function manifestOfCard(): string {
  const read = (file: string) =>
    readFileSync(new URL(`../${SHIPPED_MODEL}/${file}`, import.meta.url), 'utf8');
  const manifest = JSON.parse(read('manifest.json'));
  manifest.files['README.md'] = createHash('sha256').update(read('README.md')).digest('hex');
  return json(manifest);
}

/** The compiled kernel as a module, so that it needs no place in the file system. */
async function kernelModule(): Promise<string> {
  const source = 'src/pipeline/kernel/assembly/index.ts';
  let compiled: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      source,
      '--outFile=kernel.wasm',
      '--runtime=stub',
      '--use=abort=',
      '-O3',
      '--converge',
      '--enable=simd',
      // Vectors cross between files, never between the kernel and JavaScript.
      '--disableWarning=112',
      `--baseDir=${fileURLToPath(new URL('..', import.meta.url))}`,
    ],
    {
      writeFile(_name: string, contents: string | Uint8Array) {
        compiled = Buffer.from(contents);
      },
    },
  );
  if (error || !compiled) throw new Error(`The kernel does not compile: ${stderr.toString()}`);
  const base64 = Buffer.from(compiled).toString('base64');
  return `// Compiled from assembly/ by \`npm run generate\`.\nexport const KERNEL_BASE64 =\n  '${base64}';\n`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, { closeCode, httpStatus, retryable, meaning }]) =>
      `| \`${code}\` | ${closeCode} | ${httpStatus} | ${retryable ? 'yes' : 'no'} | ${cell(meaning)} |`,
  );
  return `# Errors

Every failure that leaves Tonewire has one of these codes. A WebSocket gets an \`error\` message
with the code, then closes with the close code; an HTTP request gets the status. "Retry" says
whether the same request may succeed later. This page is generated from
\`src/protocol/errors.ts\`: change it there, then run \`npm run generate\`.

| code | close code | HTTP | retry | meaning |
|---|---|---|---|---|
${rows.join('\n')}

A socket that ends without an error closes with ${CLOSE_CODES.normal} (the session ended as asked)
or ${CLOSE_CODES.goingAway} (the server is going away; reconnect).
`;
}

function optionsPage(): string {
  const sections = Object.entries(configFileSchema().properties ?? {}).filter(
    ([name]) => !name.startsWith('$'),
  );
  return `# Options

Set an option in a JSON file (\`tonewire serve --config file.json\`, or \`TONEWIRE_CONFIG\`), in the
environment, or by a flag: a flag wins over the environment, the environment over the file, the
file over the default. Lists of words may be comma-separated in the environment; other lists and
whole sections are JSON there. An unknown option, a wrong type or an impossible combination stops
the start with \`TW_CONFIG_INVALID\`. Begin with \`config/example.json\`; its \`$schema\` gives an
editor completion and help. This page is generated from \`src/config/\`: change it there, then run
\`npm run generate\`.

${sections.map(([name, node]) => sectionText(name, node)).join('\n')}`;
}

function sectionText(name: string, node: SchemaNode): string {
  const within = OPTIONS.filter(
    ({ path, node }) => path === name || (path.startsWith(`${name}.`) && !node.properties),
  ).filter(({ node }) => !node.properties);
  const entries = within.map(({ path, variable, node: option }) => {
    const members = option.items?.properties ? `\n${memberList(option.items)}` : '';
    return `### ${path}\n\`${variable}\` · ${takes(option)}${defaultOf(option)}\n\n${option.description ?? ''}\n${members}`;
  });
  return `## ${name}\n${node.properties ? `${node.description ?? ''}\n` : ''}\n${entries.join('\n')}`;
}

function memberList(node: SchemaNode): string {
  return `| member | takes | |\n|---|---|---|\n${memberRows(node, '').join('\n')}\n`;
}

/** Members of members too, such as `filter.events` and `filter.metadata[].name`. */
function memberRows(node: SchemaNode, prefix: string): string[] {
  const required = new Set(node.required);
  return Object.entries(node.properties ?? {}).flatMap(([key, member]) => {
    const name = `${prefix}${key}`;
    if (member.properties) return memberRows(member, `${name}.`);
    const inner = member.items?.properties ? memberRows(member.items, `${name}[].`) : [];
    const row = `| \`${name}\`${required.has(key) ? ' (required)' : ''} | ${cell(takes(member))} | ${cell(member.description ?? '')} |`;
    return [row, ...inner];
  });
}

function defaultOf(node: SchemaNode): string {
  return node.default === undefined ? '' : ` · default \`${JSON.stringify(node.default)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
