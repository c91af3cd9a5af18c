import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../config/schema.ts';
import { errorFields, type Logger } from '../log/logger.ts';
import { TonewireError } from '../protocol/errors.ts';

/** Starts listening and returns the port. Throws TW_CONFIG_INVALID where that address is not to be had. */
export function listen(
  http: Server,
  { host, port }: Pick<Config['server'], 'host' | 'port'>,
  logger: Logger,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const onRefused = (cause: Error) => {
      const message = `Cannot listen on server.host ${host}, server.port ${port}.`;
      reject(new TonewireError('TW_CONFIG_INVALID', message, { cause }));
    };
    http.once('error', onRefused);
    http.listen(port, host, () => {
      http.off('error', onRefused);
      // Such as running out of file handles: a new connection fails, the running calls go on.
      http.on('error', (cause) => logger.error('listening socket failed', errorFields(cause)));
      resolve((http.address() as AddressInfo).port);
    });
  });
}
