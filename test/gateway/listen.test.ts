import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { listen } from '../../src/gateway/listen.ts';
import { createLogger } from '../../src/log/logger.ts';
import { systemClock } from '../../src/protocol/clock.ts';

describe('a server that listens', () => {
  it('logs what goes wrong with its socket later, and is not ended by it', async () => {
    let log = '';
    const logger = createLogger('debug', { write: (line: string) => (log += line) }, systemClock);
    const http = createServer((_request, response) => void response.end('here'));
    const port = await listen(http, { host: '127.0.0.1', port: 0 }, logger);
    for (let time = 0; time < 2; time += 1) http.emit('error', new Error('no file handle left'));
    assert.equal(log.match(/"message":"listening socket failed"/g)?.length, 2);
    assert.equal(await (await fetch(`http://127.0.0.1:${port}`)).text(), 'here');
    http.close();
    http.closeAllConnections();
    await once(http, 'close');
  });
});
