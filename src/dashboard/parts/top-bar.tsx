import { useDesk } from '../desk/desk.ts';
import { hashOf, type Route } from '../desk/route.ts';
import { STRINGS } from '../strings.ts';
import { THEMES, theme } from '../theme.ts';
import { Choice } from './choice.tsx';

const VIEWS = ['wall', 'history', 'try'] as const;

/** The product, the views, whether the feed lives, who is there, and how the page looks. */
export function TopBar() {
  const { entrance } = useDesk();
  const inside = entrance.value.state === 'open';
  return (
    <header class="top-bar">
      <a class="brand" href="#/">
        <img src="./icon.svg" width="26" height="26" alt="" />
        {STRINGS.product}
      </a>
      {inside && <Navigation />}
      <div class="bar-space" />
      {inside && <FeedState />}
      <Choice
        label={STRINGS.theme.label}
        value={theme.value}
        options={THEMES.map((name) => [name, STRINGS.theme[name]])}
        onChange={(chosen) => {
          theme.value = chosen;
        }}
      />
      {inside && <Who />}
    </header>
  );
}

function Navigation() {
  const { route } = useDesk();
  return (
    <nav aria-label={STRINGS.navigation.label}>
      {VIEWS.map((view) => (
        <a
          key={view}
          href={hashOf({ view })}
          aria-current={isWithin(route.value, view) ? 'page' : undefined}
        >
          {STRINGS.navigation[view]}
        </a>
      ))}
    </nav>
  );
}

/** A call is looked at from the wall. */
function isWithin({ view }: Route, name: (typeof VIEWS)[number]): boolean {
  return view === name || (view === 'call' && name === 'wall');
}

function FeedState() {
  const { feed } = useDesk();
  const state = feed.state.value;
  return (
    <span class={`feed-state feed-${state}`} role="status">
      <span class="feed-dot" aria-hidden="true" />
      {STRINGS.feed[state]}
    </span>
  );
}

function Who() {
  const desk = useDesk();
  const entrance = desk.entrance.value;
  if (entrance.state !== 'open') return null;
  const { open, name, role } = entrance.session;
  if (open) return <span class="soft who">{STRINGS.signIn.open}</span>;
  return (
    <span class="who">
      <span class="soft">{STRINGS.signIn.as(name, STRINGS.signIn[`role_${role}`])}</span>
      <button type="button" class="button button-small" onClick={() => desk.leave()}>
        {STRINGS.signIn.out}
      </button>
    </span>
  );
}
