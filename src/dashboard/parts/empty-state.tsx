import type { ComponentChildren } from 'preact';

export interface EmptyStateProps {
  readonly title: string;
  readonly lead: string;
  readonly children?: ComponentChildren;
}

/** Nothing to show, and what to do about it. */
export function EmptyState({ title, lead, children }: EmptyStateProps) {
  return (
    <div class="empty">
      <svg width="72" height="40" viewBox="0 0 72 40" aria-hidden="true" class="empty-wave">
        <path d="M2 20h10c5 0 5-12 10-12s5 24 10 24 5-18 10-18 4 10 8 10 4-4 8-4h12" />
      </svg>
      <h2>{title}</h2>
      <p class="soft">{lead}</p>
      {children}
    </div>
  );
}
