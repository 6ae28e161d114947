// The line to the bot: session, messages that wait to be sent, reconnecting.
import {io} from 'socket.io-client';

/** Storage that may be forbidden or full: then it lasts as long as the page. */
function kept(name) {
  const memory = new Map();
  let storage;
  try { storage = window[name]; } catch { /* forbidden */ }
  return {
    get(key) { try { return storage.getItem(key) ?? memory.get(key) ?? null; } catch { return memory.get(key) ?? null; } },
    set(key, value) { memory.set(key, value); try { storage.setItem(key, value); } catch { /* full or forbidden */ } },
    drop(key) { memory.delete(key); try { storage.removeItem(key); } catch { /* forbidden */ } },
  };
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

export class Connection {
  /**
   * @param {{server: string, path: string, token: string, tabOnly: boolean}} options
   * @param on callbacks: history(messages, typing), messages(list), typing(on), state(name), taken(item), problem(item, status, seconds), forgotten(turn)
   */
  constructor(options, on) {
    this.options = options;
    this.on = on;
    this.token = options.token || '';
    const scope = `backtalk:${options.server}${options.path}`;
    this.sessionKey = `${scope}:session`;
    this.outboxKey = `${scope}:outbox`;
    this.sessions = kept(options.tabOnly ? 'sessionStorage' : 'localStorage');
    this.tab = kept('sessionStorage');
    this.outbox = this.readOutbox();
    this.joined = false;
    this.spoken = false;
    this.maxChars = 1000;
    if (!options.tabOnly) {
      // Another tab began a conversation, or replaced the one that was forgotten: keep in step.
      window.addEventListener('storage', event => {
        if (event.key === this.sessionKey && event.newValue && event.newValue !== this.session && !this.spoken && this.socket?.connected) this.join();
      });
    }
    window.addEventListener('offline', () => this.on.state('offline'));
    window.addEventListener('online', () => { if (this.socket && !this.socket.connected) this.on.state('lost'); });
  }

  start() {
    if (this.socket) return;
    this.on.state('connecting');
    const socket = this.socket = io(this.options.server, {
      path: `${this.options.path}/socket.io`,
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      auth: give => give(this.token ? {token: this.token} : {}),
      reconnectionDelay: 400,
      reconnectionDelayMax: 3000,
      timeout: 8000,
    });
    socket.on('connect', () => this.join());
    socket.on('disconnect', reason => {
      this.lose();
      // The server ended it; nobody else tries again.
      if (reason === 'io server disconnect') setTimeout(() => socket.connect(), 1000);
    });
    socket.on('connect_error', error => {
      if (error.message === 'token') return this.on.state('refused');
      this.lose(error.message === 'busy' ? 'busy' : undefined);
      if (!socket.active) setTimeout(() => socket.connect(), 5000);
    });
    socket.on('messages', list => { this.spoken = true; this.on.messages(list); });
    socket.on('typing', on => this.on.typing(on));
    socket.on('forgotten', turn => this.dropped(turn ?? null));
  }

  lose(state) {
    this.joined = false;
    this.flying = null;
    this.on.state(state || (navigator.onLine === false ? 'offline' : 'lost'));
  }

  join() {
    this.joined = false;
    this.joining = true;
    this.socket.timeout(15000).emit('join', {session: this.sessions.get(this.sessionKey)}, (error, answer) => {
      this.joining = false;
      if (error) { if (this.socket.connected) this.socket.disconnect().connect(); return; }
      if (answer.status !== 'done') { setTimeout(() => this.socket.connected && this.join(), 1000 * (answer.retry_after || 2)); return; }
      this.session = answer.session;
      if (answer.session && answer.session !== this.sessions.get(this.sessionKey)) this.sessions.set(this.sessionKey, answer.session);
      this.joined = true;
      this.spoken = answer.messages.length > 0;
      const known = new Set(answer.messages.map(message => message.id));
      this.outbox = this.outbox.filter(item => !known.has(item.id));
      this.writeOutbox();
      this.on.state('ready');
      this.maxChars = answer.max_chars;
      this.on.history(answer.messages, answer.typing, this.outbox);
      this.pump();
    });
  }

  say(message, title) {
    const item = {id: newId(), text: message, title: title || undefined};
    this.outbox.push(item);
    this.spoken = true;
    this.writeOutbox();
    this.start();
    if (this.socket.connected && !this.joined && !this.joining) this.join();
    this.pump();
    return item;
  }

  /** Sends what waits, one after the other, so that the order holds. */
  pump() {
    const item = this.outbox[0];
    if (!item || !this.joined || this.flying) return;
    this.flying = item;
    const {id, text, title, tried} = item;
    item.tried = true;
    this.writeOutbox();
    const socketId = this.socket.id;
    this.socket.emit('say', {id, text, title, again: tried}, answer => {
      if (this.flying !== item || this.socket.id !== socketId) return;
      this.flying = null;
      const {status, retry_after: seconds} = answer;
      if (status === 'limited') {
        this.on.problem(item, status, Math.ceil(seconds));
        setTimeout(() => this.pump(), seconds * 1000 + 100);
      } else if (status === 'gone') {
        this.join();
      } else if (status === 'refused') {
        this.on.state('refused');
        this.socket.disconnect();
      } else {
        this.outbox.shift();
        this.writeOutbox();
        if (status === 'done') this.on.taken(item);
        else this.on.problem(item, status);
        this.pump();
      }
    });
  }

  /** Deletes the conversation on the server. Resolves to whether that worked. */
  forget() {
    return new Promise(resolve => {
      if (!this.joined) return resolve(false);
      this.socket.timeout(10000).emit('forget', {}, (error, answer) => {
        const done = !error && answer.status === 'done';
        if (done) this.dropped(null, true);
        resolve(done);
      });
    });
  }

  dropped(turn, here = false) {
    // Said in words, the conversation goes on under the same session; deleted by the button, its session is over.
    if (turn === null) {
      this.session = undefined;
      this.joined = false;
      this.spoken = false;
      this.outbox = [];
      this.writeOutbox();
      if (here) this.sessions.drop(this.sessionKey);
    }
    this.on.forgotten(turn, here);
  }

  readOutbox() {
    try { return JSON.parse(this.tab.get(this.outboxKey) || '[]').filter(item => item && item.id && item.text); } catch { return []; }
  }

  writeOutbox() {
    if (this.outbox.length) this.tab.set(this.outboxKey, JSON.stringify(this.outbox));
    else this.tab.drop(this.outboxKey);
  }

  stop() {
    this.socket?.disconnect();
    this.socket = undefined;
    this.joined = false;
  }
}
