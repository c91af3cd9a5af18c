import assert from 'node:assert/strict';
import { loadPeer } from '../../src/adapters/load-peer.ts';

describe('loadPeer', () => {
  it('hands over the package', async () => {
    const { connect } = await loadPeer('mqtt', () => import('mqtt'));
    assert.equal(typeof connect, 'function');
  });

  it('says how to install a package that is missing', async () => {
    const name = 'tonewire-no-such-package';
    await assert.rejects(
      loadPeer(name, () => import(name)),
      {
        code: 'TW_ADAPTER_MISSING',
        message:
          'tonewire-no-such-package is not installed or cannot load here. Install it with "npm install tonewire-no-such-package".',
      },
    );
  });
});
