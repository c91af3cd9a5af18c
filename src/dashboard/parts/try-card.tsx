import type { ComponentChildren } from 'preact';

export interface TryCardProps {
  readonly title: string;
  readonly lead: string;
  readonly children: ComponentChildren;
}

/** One way to try it: what happens, and the button that makes it happen. */
export function TryCard({ title, lead, children }: TryCardProps) {
  return (
    <section class="card try-card">
      <h2>{title}</h2>
      <p class="soft">{lead}</p>
      {children}
    </section>
  );
}
