import Type from 'typebox';
import { LOG_LEVELS } from '../log/log-level.ts';
import { section, toggle } from './section.ts';

export const LogSchema = section('The log: JSON lines on standard error, without personal data.', {
  level: Type.Enum([...LOG_LEVELS], {
    default: 'info',
    description:
      '`info` writes a few lines a call, `debug` a few more; none writes audio, digits, text or scores. Default: info.',
  }),
});

export const MetricsSchema = section('Numbers for Prometheus.', {
  enabled: toggle(
    true,
    'Serve /metrics. It names no call and no person, but shows load: keep it off the public side of a proxy. Default: true.',
  ),
});
