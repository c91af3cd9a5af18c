import { useMemo } from 'preact/hooks';
import { useDesk } from './desk/desk.ts';
import { Announcer } from './parts/announcer.tsx';
import { EmptyState } from './parts/empty-state.tsx';
import { FailureNote } from './parts/failure-note.tsx';
import { TopBar } from './parts/top-bar.tsx';
import { STRINGS } from './strings.ts';
import { CallView } from './views/call.tsx';
import { History } from './views/history.tsx';
import { SignInView } from './views/sign-in.tsx';
import { TryIt } from './views/try-it.tsx';
import { Wall } from './views/wall.tsx';
import { WallModel } from './views/wall-model.ts';

/** The page: its frame, and the view that the address names. */
export function App() {
  return (
    <>
      <button type="button" class="skip" onClick={skipToContent}>
        {STRINGS.skipToContent}
      </button>
      <TopBar />
      <main id="content" tabIndex={-1}>
        <Content />
      </main>
      <FailureNote />
      <Announcer />
    </>
  );
}

function skipToContent(): void {
  document.getElementById('content')?.focus();
}

function Content() {
  const entrance = useDesk().entrance.value;
  switch (entrance.state) {
    case 'asking':
      return null;
    case 'sign-in':
      return <SignInView ended={entrance.ended} />;
    case 'unreachable':
      return <EmptyState title={STRINGS.unreachable.title} lead={STRINGS.unreachable.lead} />;
    case 'open':
      return <View />;
  }
}

function View() {
  const { live, route } = useDesk();
  // The wall keeps its search and order while somebody looks into a call.
  const wall = useMemo(() => new WallModel(live), [live]);
  const here = route.value;
  switch (here.view) {
    case 'wall':
      return <Wall model={wall} />;
    case 'call':
      return <CallView key={here.callId} callId={here.callId} />;
    case 'history':
      return <History />;
    case 'try':
      return <TryIt />;
  }
}
