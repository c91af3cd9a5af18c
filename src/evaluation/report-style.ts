/** The page's own style: light or dark as the reader's system is, and printable. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --page: #ffffff; --line: #d9dee6; --soft: #f3f5f8; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ee; --page: #14181e; --line: #353c47; --soft: #1d232b; }
}
body {
  margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 72rem;
  font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page);
}
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .25rem; }
p { max-width: 48rem; margin: .25rem 0 1rem; }
.lead { font-size: 1.05rem; }
.figures { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0; padding: 0; list-style: none; }
.figures li { background: var(--soft); border-radius: .5rem; padding: .6rem 1rem; }
.figures b { display: block; font-size: 1.5rem; font-weight: 600; }
.figures small { opacity: .75; }
.beside { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 1.5rem; align-items: start; }
@media (max-width: 60rem) { .beside { grid-template-columns: minmax(0, 1fr); } }
figure { margin: 0; }
svg { max-width: 100%; height: auto; }
.scroll { overflow-x: auto; margin-bottom: 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { padding: .25rem .75rem .25rem 0; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { font-weight: 600; }
th:first-child { text-align: left; font-weight: 400; }
thead th:first-child { font-weight: 600; }
summary { cursor: pointer; }
@media print { details > * { display: block; } section { break-inside: avoid; } }
`;
