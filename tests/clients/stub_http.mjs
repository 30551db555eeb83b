// What the stub's services share: ids, JSON answers, and pauses that a client may end.

import { randomBytes } from 'node:crypto';

export const id = (prefix) => `${prefix}_${randomBytes(12).toString('hex')}`;

// A pause that ends early, answering false, when the client goes away.
export function pause(seconds, response) {
  return new Promise((resolve) => {
    const gone = () => (clearTimeout(timer), resolve(false));
    const timer = setTimeout(() => {
      response.off('close', gone);
      resolve(true);
    }, seconds * 1000);
    response.once('close', gone);
  });
}

export function json(response, status, body, headers = {}) {
  response.writeHead(status, {
    'content-type': 'application/json', 'request-id': id('req'), ...headers,
  });
  response.end(JSON.stringify(body));
}
