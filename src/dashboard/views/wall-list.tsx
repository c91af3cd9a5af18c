import { useSignal, useSignalEffect } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useDesk } from '../desk/desk.ts';
import { useMayChange } from '../desk/role.ts';
import { foremostAlert, isOpen } from '../live/needs-attention.ts';
import { attempt } from '../parts/failure.ts';
import { STRINGS } from '../strings.ts';
import { scrollTopToShow, type Viewport, visibleRows } from './visible-rows.ts';
import type { WallModel } from './wall-model.ts';
import { WallRow } from './wall-row.tsx';

/** Row heights in pixels, and below which width of the list rows are stacked (wall.css knows both). */
const ROW_HEIGHT = 68;
const STACKED_ROW_HEIGHT = 136;
const STACKED_BELOW = 900;

const { columns, keys, title } = STRINGS.wall;
const HEADINGS = [
  columns.alert,
  columns.caller,
  columns.duration,
  columns.expression,
  columns.sparkline,
  columns.other,
  STRINGS.alerts.open,
];

/** The rows that can be seen, of as many as there are. */
export function WallList({ model }: { readonly model: WallModel }) {
  const scroller = useRef<HTMLDivElement>(null);
  const view = useSignal<Viewport & { readonly width: number }>({
    scrollTop: 0,
    height: 800,
    width: 1200,
  });
  useLayoutEffect(
    () =>
      watchViewport(scroller.current!, (now) => {
        view.value = now;
      }),
    [view],
  );
  const stacked = view.value.width < STACKED_BELOW;
  const rowHeight = stacked ? STACKED_ROW_HEIGHT : ROW_HEIGHT;
  const onKeyDown = useWallKeys(model, scroller, rowHeight);
  const hold = (held: boolean) => {
    model.held.value = held;
  };
  const ids = model.ids.value;
  return (
    <div
      class={`grid ${stacked ? 'grid-stacked' : ''}`}
      role="grid"
      aria-label={title}
      aria-rowcount={ids.length + 1}
      aria-describedby="wall-keys"
      onKeyDown={onKeyDown}
      onFocusIn={() => hold(true)}
      onFocusOut={() => hold(false)}
    >
      <Headings />
      <div
        ref={scroller}
        class="grid-scroller"
        role="rowgroup"
        onPointerEnter={() => hold(true)}
        onPointerLeave={() => hold(false)}
      >
        <div class="grid-canvas" role="presentation" style={{ height: ids.length * rowHeight }}>
          <Rows model={model} rowHeight={rowHeight} view={view.value} />
        </div>
      </div>
      <p id="wall-keys" class="grid-keys soft">
        {model.held.value ? STRINGS.wall.held : keys}
      </p>
    </div>
  );
}

function Headings() {
  return (
    <div role="rowgroup">
      <div class="grid-row grid-head" role="row" aria-rowindex={1}>
        {HEADINGS.map((heading, index) => (
          <span key={index} role="columnheader">
            {index === 0 ? <span class="visually-hidden">{heading}</span> : heading}
          </span>
        ))}
      </div>
    </div>
  );
}

interface RowsProps {
  readonly model: WallModel;
  readonly rowHeight: number;
  readonly view: Viewport;
}

function Rows({ model, rowHeight, view }: RowsProps) {
  const calls = useDesk().live.calls.value;
  const ids = model.ids.value;
  const [first, end] = visibleRows(ids.length, rowHeight, view);
  const focused = model.focused.value ?? ids[0];
  const shown = ids.map((id, index) => ({ id, index })).slice(first, end);
  // The row with the keyboard stays, or scrolling would take the keyboard away with it.
  const focusedIndex = focused === undefined ? -1 : ids.indexOf(focused);
  if (focused !== undefined && focusedIndex >= 0 && (focusedIndex < first || focusedIndex >= end)) {
    shown.push({ id: focused, index: focusedIndex });
  }
  return shown.map(({ id, index }) => {
    const call = calls.get(id);
    if (!call) return null;
    return (
      <WallRow
        key={id}
        call={call}
        index={index}
        top={index * rowHeight}
        focusable={id === focused}
        onFocus={() => {
          model.focused.value = id;
        }}
      />
    );
  });
}

function watchViewport(
  element: HTMLElement,
  onChange: (view: Viewport & { readonly width: number }) => void,
): () => void {
  const tell = () =>
    onChange({
      scrollTop: element.scrollTop,
      height: element.clientHeight,
      width: element.clientWidth,
    });
  const observer = new ResizeObserver(tell);
  observer.observe(element);
  element.addEventListener('scroll', tell, { passive: true });
  return () => {
    observer.disconnect();
    element.removeEventListener('scroll', tell);
  };
}

/** ↑ ↓ Home End move, A acknowledges the foremost alert. */
function useWallKeys(
  model: WallModel,
  scroller: RefObject<HTMLDivElement | null>,
  rowHeight: number,
): (event: KeyboardEvent) => void {
  const desk = useDesk();
  const mayChange = useMayChange();
  const moved = useSignal(0);
  useSignalEffect(() => {
    if (moved.value === 0) return;
    const id = model.focused.peek();
    requestAnimationFrame(() => {
      const rows = scroller.current?.querySelectorAll<HTMLElement>('[role=row]') ?? [];
      [...rows].find(({ dataset }) => dataset.callId === id)?.focus({ preventScroll: true });
    });
  });
  const moveTo = (index: number) => {
    const ids = model.ids.value;
    const row = Math.max(0, Math.min(ids.length - 1, index));
    const element = scroller.current!;
    const { scrollTop, clientHeight: height } = element;
    element.scrollTop = scrollTopToShow(row, rowHeight, { scrollTop, height });
    model.focused.value = ids[row] ?? null;
    moved.value += 1;
  };
  return (event) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-call-id]');
    const callId = row?.dataset.callId;
    if (callId === undefined || event.target !== row) return;
    const at = model.ids.value.indexOf(callId);
    const page = Math.max(1, Math.floor(scroller.current!.clientHeight / rowHeight) - 1);
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: Infinity,
    }[event.key];
    if (to !== undefined) moveTo(to);
    else if (event.key.toLowerCase() === 'a' && mayChange) {
      const call = desk.live.calls.value.get(callId)?.value;
      const alert = call && foremostAlert(call);
      if (alert && isOpen(alert))
        void attempt(() => desk.client.acknowledge(callId, alert.alertId));
    } else return;
    event.preventDefault();
  };
}
