import type { Config } from '../config/schema.ts';
import type { Leg } from '../protocol/labels.ts';
import type { Consent } from '../protocol/messages.ts';

/** Whether a leg may be analysed, and why not. */
export type LegDecision =
  | { readonly analysed: true }
  | { readonly analysed: false; readonly reason: string };

/** Decides by configuration and consent alone, before any audio is looked at. */
export function decideLeg(leg: Leg, consent: Consent, analysis: Config['analysis']): LegDecision {
  if (consent === 'denied') return no('Consent was denied.');
  if (analysis.requireConsent && consent !== 'given') {
    return no('Consent was not given, and analysis.requireConsent is set.');
  }
  switch (leg) {
    case 'customer':
      return analysis.legs.customer ? YES : no('analysis.legs.customer is off.');
    case 'agent':
      if (!analysis.legs.agent.analysed) return no('analysis.legs.agent.analysed is off.');
      return ifLawful(analysis);
    case 'mixed':
      if (!analysis.legs.mixed) return no('analysis.legs.mixed is off.');
      return ifLawful(analysis);
  }
}

/** An agent, who may be heard on a mixed leg too, is at work: the law wants a named basis first. */
function ifLawful({ legs }: Config['analysis']): LegDecision {
  if (legs.agent.legalBasis?.trim()) return YES;
  return no('analysis.legs.agent.legalBasis names no legal basis.');
}

const YES: LegDecision = { analysed: true };

function no(reason: string): LegDecision {
  return { analysed: false, reason };
}
