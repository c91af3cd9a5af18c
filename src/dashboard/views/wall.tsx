import { useEffect, useRef } from 'preact/hooks';
import { useDesk } from '../desk/desk.ts';
import { WALL_FILTERS, WALL_SORTS } from '../live/wall-order.ts';
import { Choice } from '../parts/choice.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { STRINGS } from '../strings.ts';
import { WallList } from './wall-list.tsx';
import type { WallModel } from './wall-model.ts';

const words = STRINGS.wall;

/** All live calls at a glance. */
export function Wall({ model }: { readonly model: WallModel }) {
  useEffect(() => model.follow(), [model]);
  return (
    <section class="view wall" aria-labelledby="wall-title">
      <WallBar model={model} />
      <WallBody model={model} />
    </section>
  );
}

function WallBar({ model }: { readonly model: WallModel }) {
  const { live } = useDesk();
  const { sort, filter, search } = model.query.value;
  const beyond = live.total.value - live.calls.value.size;
  return (
    <div class="bar">
      <h1 id="wall-title">{words.title}</h1>
      <output class="soft bar-count" aria-live="off">
        {words.count(model.ids.value.length, live.calls.value.size)}
        {beyond > 0 && ` · ${words.beyond(beyond)}`}
      </output>
      <div class="bar-space" />
      <SearchBox value={search} onChange={(text) => model.ask({ search: text })} />
      <Choice
        label={words.filter}
        value={filter}
        options={WALL_FILTERS.map((name) => [name, words.filters[name]])}
        onChange={(name) => model.ask({ filter: name })}
      />
      <Choice
        label={words.sort}
        value={sort}
        options={WALL_SORTS.map((name) => [name, words.sorts[name]])}
        onChange={(name) => model.ask({ sort: name })}
      />
    </div>
  );
}

interface SearchBoxProps {
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** `/` goes to it from anywhere on the wall. */
function SearchBox({ value, onChange }: SearchBoxProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || isTyping(event.target)) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <label class="field">
      <span class="visually-hidden">{words.search}</span>
      <input
        ref={input}
        type="search"
        value={value}
        placeholder={words.searchHint}
        aria-keyshortcuts="/"
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
    </label>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select');
}

function WallBody({ model }: { readonly model: WallModel }) {
  const { live } = useDesk();
  if (live.calls.value.size === 0) {
    return (
      <EmptyState title={words.empty} lead={words.emptyLead}>
        <a class="button button-main" href="#/try">
          {words.emptyAction}
        </a>
      </EmptyState>
    );
  }
  if (model.ids.value.length === 0) {
    return (
      <EmptyState title={words.noMatch} lead={words.noMatchLead}>
        <button
          type="button"
          class="button"
          onClick={() => model.ask({ search: '', filter: 'all' })}
        >
          {words.clear}
        </button>
      </EmptyState>
    );
  }
  return <WallList model={model} />;
}
