// <backtalk-chat>: the launcher or the full page, and the JavaScript API `window.Backtalk`.
import css from './style.css';
import {calls, TIERS} from './cards.js';
import {accents} from './colour.js';
import {Connection} from './connection.js';
import {el, icon, record, text, texts} from './dom.js';
import {stringsFor} from './strings.js';
import {botParts, userBubble} from './turn.js';

const script = document.currentScript;
const HOME = script?.src ? new URL('.', script.src) : new URL(location.href);
const SLOW = 4000, VERY_SLOW = 20000;
const ATTRIBUTES = ['title', 'color', 'lang', 'position', 'open', 'theme', 'token', 'storage', 'page'];

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

class BacktalkChat extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const option = name => this.dataset[name] ?? '';
    this.page = this.hasAttribute('data-page');
    this.s = stringsFor(option('lang') || this.closest('[lang]')?.lang || 'en');
    this.turns = new Map();
    this.shown = new Set();
    this.unread = 0;
    this.build(option);
    this.line = new Connection(
      {server: HOME.origin, path: HOME.pathname.replace(/\/$/, ''), token: option('token'), tabOnly: option('storage') === 'tab'},
      {
        history: (messages, typing, waiting) => this.replay(messages, typing, waiting),
        messages: list => this.receive(list),
        typing: on => this.setTyping(on),
        state: name => this.setState(name),
        taken: item => this.mark(item, ''),
        problem: (item, status, seconds) => this.problem(item, status, seconds),
        forgotten: (turn, here) => this.wasForgotten(turn, here),
      },
    );
    if (this.page || option('open') === 'true' || this.dataset.open === '') this.open(this.page);
  }

  disconnectedCallback() { this.line?.stop(); }

  // --- building ---

  build(option) {
    const {s, page} = this, root = this.attachShadow({mode: 'open'}), title = option('title') || s.title;
    root.adoptedStyleSheets = [sheet];
    this.log = el('div', {class: 'log', role: 'log', 'aria-label': s.conversation, tabindex: '0'});
    this.below = el('button', {type: 'button', class: 'link more', hidden: true, text: s.more_below, onclick: () => {
      this.log.scrollTop += this.log.clientHeight * 0.8;
      this.log.focus({preventScroll: true});
    }});
    this.log.addEventListener('scroll', () => this.peek());
    new ResizeObserver(() => this.peek()).observe(this.log);
    this.pinned = el('div', {class: 'pinned', hidden: true});
    this.status = el('div', {class: 'status', role: 'status'});
    this.polite = el('div', {class: 'sr', role: 'status'});
    this.loud = el('div', {class: 'sr', role: 'alert'});
    this.input = el('textarea', {rows: '1', 'aria-label': s.input_label, placeholder: s.input_hint, autocomplete: 'off', enterkeyhint: 'send'});
    this.left = el('div', {class: 'left', hidden: true});
    const send = el('button', {type: 'submit', class: 'primary send', 'aria-label': s.send}, icon('send'));
    this.form = el('form', {novalidate: true}, this.input, send);
    this.menuButton = el('button', {type: 'button', class: 'bar', 'aria-label': s.menu, 'aria-expanded': 'false', onclick: () => this.menu(this.menuList.hidden)}, icon('more'));
    this.menuList = el('div', {class: 'menu', hidden: true},
      el('button', {type: 'button', text: s.forget, onclick: () => this.confirm(s.forget, s.forget_text, () => this.forget())}),
      el('button', {type: 'button', text: s.end, onclick: () => this.confirm(s.end, s.end_text, () => this.end())}));
    const close = !page && el('button', {type: 'button', class: 'bar', 'aria-label': s.close, onclick: () => this.close()}, icon('close'));
    const header = el('header', {}, el('span', {class: 'mark'}, icon('chat')),
      el('div', {class: 'titles'}, el(page ? 'h1' : 'h2', {text: title, id: 'title'}), el('p', {text: s.subtitle})), this.menuButton, this.menuList, close);
    this.panel = el(page ? 'main' : 'section', {class: 'panel', role: page ? null : 'dialog', 'aria-labelledby': 'title', hidden: !page},
      header, this.log, el('div', {class: 'strip'}, this.status, this.below), this.pinned,
      el('footer', {}, this.form, this.left, el('p', {class: 'fine', text: s.footer})), this.polite, this.loud);
    this.badge = el('span', {class: 'count', hidden: true, 'aria-hidden': 'true'});
    this.launcher = el('button', {type: 'button', class: 'launcher primary', 'aria-expanded': 'false', hidden: page, onclick: () => this.open()}, icon('chat'), el('span', {text: option('launcher') || s.launcher}), this.badge);
    this.frame = el('div', {class: 'frame', dir: s.dir, lang: s.code, 'data-position': option('position') || 'end'}, this.launcher, this.panel);
    const dark = matchMedia('(prefers-color-scheme: dark)'), theme = option('theme');
    const tint = () => this.frame.classList.toggle('dark', theme === 'dark' || (theme !== 'light' && dark.matches));
    dark.addEventListener('change', tint);
    tint();
    this.paint(option('color'));
    root.append(this.frame);
    this.form.addEventListener('submit', event => { event.preventDefault(); this.submit(); });
    this.input.addEventListener('input', () => this.counted());
    this.input.addEventListener('keydown', event => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    this.panel.addEventListener('keydown', event => this.keys(event));
    this.panel.addEventListener('click', event => { if (!this.menuList.hidden && !event.composedPath().includes(this.menuList) && !event.composedPath().includes(this.menuButton)) this.menu(false); });
    this.context = {
      s, base: HOME.href, level: this.page ? 2 : 3,
      choose: (payload, shown) => { this.say(payload, shown); this.input.focus({preventScroll: true}); },
      announce: words => { this.polite.textContent = words; },
      printCard: card => this.print(card),
    };
    this.welcome();
  }

  /** The site's own colour; anything but #rgb or #rrggbb is passed over. */
  paint(colour) {
    const own = accents(colour);
    if (!own) return;
    this.frame.classList.add('own');
    for (const [name, value] of Object.entries(own)) this.frame.style.setProperty(name, value);
  }

  welcome() {
    const {s} = this;
    this.intro = el('div', {class: 'welcome'},
      el(this.page ? 'h2' : 'h3', {text: s.welcome_title}), el('p', {text: s.welcome_text}),
      el('p', {class: 'danger'}, icon('alert'), el('span', {text: s.welcome_danger})),
      el('div', {class: 'choices', role: 'group', 'aria-label': s.starters_label}, s.starters.map(line => el('button', {type: 'button', text: line, onclick: () => this.context.choose(line)}))));
    this.log.replaceChildren(this.intro);
    this.peek();
  }

  keys(event) {
    if (event.key === 'Escape' && !event.defaultPrevented) {
      if (!this.menuList.hidden) { this.menu(false); this.menuButton.focus(); }
      else if (!this.page) this.close();
    }
    // Where the panel covers the whole page, focus must not get lost behind it.
    if (event.key !== 'Tab' || this.page || !matchMedia('(max-width: 480px)').matches) return;
    // Every step is taken here: left to the browser, it goes to the page when what had focus was just taken away.
    const stops = [...this.panel.querySelectorAll('button:enabled, a[href], textarea:enabled, summary, [tabindex="0"]')].filter(node => node.checkVisibility());
    const place = stops.indexOf(this.shadowRoot.activeElement);
    event.preventDefault();
    stops.at(event.shiftKey ? Math.max(place, 0) - 1 : (place + 1) % stops.length)?.focus();
  }

  menu(open) {
    this.menuList.hidden = !open;
    this.menuButton.setAttribute('aria-expanded', String(open));
    if (open) this.menuList.firstChild.focus();
  }

  confirm(title, words, act) {
    const {s} = this;
    this.menu(false);
    const done = () => { dialog.close(); dialog.remove(); this.menuButton.focus(); };
    const dialog = el('dialog', {'aria-labelledby': 'ask'}, el('h2', {id: 'ask', text: title}), el('p', {text: words}),
      el('div', {class: 'row end'},
        el('button', {type: 'button', text: s.cancel, onclick: done}),
        el('button', {type: 'button', class: 'primary danger', text: s.yes_delete, onclick: () => { done(); act(); }})));
    dialog.addEventListener('cancel', event => { event.preventDefault(); done(); });
    dialog.addEventListener('keydown', event => { if (event.key === 'Escape') event.stopPropagation(); });
    this.frame.append(dialog);
    dialog.showModal();
  }

  // --- opening and closing ---

  open(quiet = false) {
    this.panel.hidden = false;
    this.launcher.hidden = true;
    this.toggleAttribute('data-opened', true);
    this.launcher.setAttribute('aria-expanded', 'true');
    this.count(0);
    this.line.start();
    if (!quiet || !matchMedia('(pointer: coarse)').matches) this.input.focus();
    this.emit('open');
  }

  close() {
    if (this.page || this.panel.hidden) return;
    this.panel.hidden = true;
    this.launcher.hidden = false;
    this.toggleAttribute('data-opened', false);
    this.launcher.setAttribute('aria-expanded', 'false');
    this.launcher.focus();
    this.emit('close');
  }

  count(number) {
    this.unread = number;
    this.badge.hidden = !number;
    this.badge.textContent = number || '';
    if (number) this.launcher.setAttribute('aria-label', this.s.launcher_unread(number));
    else this.launcher.removeAttribute('aria-label');
  }

  emit(name, detail) { this.dispatchEvent(new CustomEvent(`backtalk:${name}`, {detail})); }

  // --- the user writes ---

  counted() {
    const left = this.line.maxChars - this.input.value.length;
    this.left.hidden = left > 100;
    this.left.textContent = left > 100 ? '' : this.s.chars_left(left);
  }

  submit() {
    const words = this.input.value.trim();
    if (!words) return;
    this.input.value = '';
    this.counted();
    this.say(words);
  }

  say(words, shown) {
    const wanted = String(words ?? '').trim();
    if (!wanted || wanted.length > this.line.maxChars) return false;
    const item = this.line.say(wanted, shown && shown !== wanted ? shown : undefined);
    this.receive([{id: item.id, turn: item.id, from: 'user', text: shown || wanted}]);
    if (!this.line.joined) this.mark(item, this.s.waiting);
    this.wait();
    this.emit('sent', {text: shown || wanted});
    return true;
  }

  /** A note under a message of the user; with ``retry``, a button. */
  mark(item, words, retry) {
    const turn = this.turns.get(item.id);
    if (!turn) return;
    turn.note.replaceChildren();
    if (!words) return;
    turn.note.append(words);
    if (retry) turn.note.append(' ', el('button', {type: 'button', class: 'link', text: this.s.retry, onclick: () => { turn.note.replaceChildren(); this.say(item.text, item.title); }}));
  }

  problem(item, status, seconds) {
    if (status === 'limited') return this.mark(item, this.s.limited(seconds));
    this.setTyping(false);
    this.mark(item, `${this.s.not_sent}. ${status === 'too_long' ? this.s.too_long : this.s.failed}`, status !== 'too_long');
  }

  // --- the bot answers ---

  replay(messages, typing, waiting) {
    this.input.maxLength = this.line.maxChars;
    const open = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight > 80 && this.turns.size > 0;
    const at = this.log.scrollTop;
    this.log.setAttribute('aria-live', 'off');
    this.turns.clear();
    this.shown.clear();
    this.pinned.replaceChildren();
    this.pinned.hidden = true;
    if (!messages.length && !waiting.length) { if (!this.intro.isConnected) this.welcome(); }
    else this.log.replaceChildren();
    this.draw(messages, true);
    for (const item of waiting) {
      this.draw([{id: item.id, turn: item.id, from: 'user', text: item.title || item.text}], true);
    }
    this.setTyping(typing || waiting.length > 0);
    this.log.scrollTop = !messages.length ? 0 : open ? at : this.log.scrollHeight;
    this.peek();
    setTimeout(() => this.log.removeAttribute('aria-live'), 100);
    if (!this.greeted) { this.greeted = true; this.emit('ready'); }
  }

  receive(list) {
    const before = this.turns.size;
    const fresh = this.draw(list, false);
    if (!fresh.length) return;
    const said = fresh.filter(message => message.from === 'bot');
    if (said.length) this.setTyping(false);
    if (said.length && this.panel.hidden) this.count(this.unread + 1);
    for (const message of said) this.emit('message', {text: message.text, card: message.custom});
    const turn = this.turns.get(fresh.at(-1).turn);
    // A long answer is read from its beginning.
    if (turn && (said.length || this.turns.size > before)) this.reveal(turn.node);
  }

  /** Says that there is more to read below. */
  peek() {
    const end = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 24;
    // Hidden with the focus on it, the focus would fall back to the page.
    if (end && this.shadowRoot?.activeElement === this.below) this.log.focus({preventScroll: true});
    this.below.hidden = end;
  }

  reveal(node) {
    const top = node.offsetTop - this.log.offsetTop - 8;
    this.log.scrollTop = Math.min(top, this.log.scrollHeight);
    this.peek();
  }

  /** Draws messages that are not there yet, and gives them back. */
  draw(list, old) {
    const {s} = this, fresh = (Array.isArray(list) ? list : []).map(record).filter(message => text(message.id) && !this.shown.has(message.id));
    if (fresh.length && this.intro.isConnected) this.intro.remove();
    for (let at = 0; at < fresh.length;) {
      const name = text(fresh[at].turn), group = [];
      while (at < fresh.length && text(fresh[at].turn) === name) group.push(fresh[at++]);
      for (const message of group) this.shown.add(message.id);
      const turn = this.turns.get(name) ?? this.newTurn(name), user = group.find(message => message.from === 'user');
      if (user) turn.user.replaceChildren(userBubble(user, s));
      const said = group.filter(message => message.from === 'bot');
      if (!said.length) continue;
      turn.note.replaceChildren();
      turn.bot.append(...botParts(said, this.context));
      const card = record(said.find(message => message.custom)?.custom);
      if (card.type === 'alert') this.alarm(card, name, old);
    }
    return fresh;
  }

  newTurn(name) {
    // What was offered before is past: its buttons would answer another question.
    this.log.querySelectorAll('.choices, .actions .talk').forEach(node => node.remove());
    const turn = {user: el('div'), note: el('p', {class: 'sent-note'}), bot: el('div', {class: 'bot-side'})};
    turn.node = el('div', {class: 'turn'}, turn.user, turn.note, turn.bot);
    this.turns.set(name, turn);
    this.log.append(turn.node);
    return turn;
  }

  /** Keeps an alert in view until it is acknowledged. */
  alarm(card, name, old) {
    const {s} = this, tier = TIERS.includes(card.tier) ? card.tier : 'urgent';
    const key = `backtalk:seen:${texts(card.flags).sort().join(',')}`, seen = this.line.tab.get(key);
    // Repeated, it alarms nobody anew; but one that nobody acknowledged stays.
    if (seen && (card.repeat || seen === name)) return;
    const done = el('button', {type: 'button', class: 'small', text: s.acknowledge, onclick: () => {
      this.line.tab.set(key, name);
      this.pinned.hidden = true;
      this.pinned.replaceChildren();
      this.input.focus();
      this.emit('acknowledged', {flags: texts(card.flags)});
    }});
    this.pinned.className = `pinned alert ${tier}`;
    this.pinned.setAttribute('role', 'region');
    this.pinned.setAttribute('aria-label', s[`alert_${tier}`]);
    this.pinned.replaceChildren(el('p', {class: 'head'}, icon('alert'), el('b', {text: s[`alert_${tier}`]})), el('div', {class: 'row'}, calls(card, s), done));
    this.pinned.hidden = false;
    if (old) return;
    this.loud.textContent = '';
    this.loud.textContent = [s[`alert_${tier}`], text(card.title), text(card.do)].filter(Boolean).join('. ');
    this.emit('alert', {tier, flags: texts(card.flags)});
  }

  // --- states ---

  wait() {
    clearTimeout(this.slow);
    clearTimeout(this.verySlow);
    this.slow = setTimeout(() => this.typing && this.show(this.s.slow), SLOW);
    this.verySlow = setTimeout(() => this.typing && this.show(this.s.very_slow), VERY_SLOW);
  }

  setTyping(on) {
    if (on && !this.typing) this.wait();
    this.typing = on;
    if (!this.trouble) this.show(on ? this.s.typing : '');
  }

  setState(name) {
    const {s} = this, was = this.trouble;
    this.trouble = ['offline', 'lost', 'refused', 'busy', 'connecting'].includes(name) ? name : '';
    if (this.trouble) this.show(s[name]);
    else this.show(was && was !== 'connecting' ? s.back : '');
    if (was !== this.trouble) this.emit('connection', {connected: !this.trouble});
    if (!this.trouble && was && was !== 'connecting') setTimeout(() => { if (!this.trouble && !this.typing) this.show(''); }, 3000);
  }

  show(words) {
    this.status.classList.toggle('busy', this.typing && !this.trouble);
    this.status.classList.toggle('trouble', Boolean(this.trouble) && this.trouble !== 'connecting');
    if (this.status.textContent !== words) this.status.textContent = words;
  }

  // --- forgetting, ending, printing ---

  async forget() {
    if (!await this.line.forget()) return this.show(this.s.forget_failed);
    this.line.join();
    this.input.focus();
  }

  async end() {
    if (!await this.line.forget()) return this.show(this.s.forget_failed);
    this.intro.remove();
    this.log.replaceChildren(el('div', {class: 'welcome'}, el('p', {text: this.s.ended}),
      el('button', {type: 'button', class: 'primary', text: this.s.start_again, onclick: () => { this.welcome(); this.line.join(); this.input.focus(); }})));
    this.line.sessions.drop(this.line.sessionKey);
    this.peek();
    if (!this.page) this.close();
    this.emit('ended');
  }

  wasForgotten(turn, here) {
    const last = turn && this.turns.get(turn);
    this.turns.clear();
    this.shown.clear();
    this.pinned.hidden = true;
    this.pinned.replaceChildren();
    if (last) {
      // Asked for in words: what the bot said to it stays, once.
      last.user.remove();
      this.log.replaceChildren(last.node);
    } else {
      this.welcome();
    }
    this.setTyping(false);
    if (turn === null) this.context.announce(this.s.forgotten);
    if (!here && turn === null) this.show(this.s.forgotten);
    this.emit('forgotten');
  }

  print(card) {
    const frame = el('iframe', {class: 'sr', title: this.s.print, 'aria-hidden': 'true', tabindex: '-1'});
    this.frame.append(frame);
    const page = frame.contentDocument, styles = new frame.contentWindow.CSSStyleSheet();
    styles.replaceSync(css);
    page.adoptedStyleSheets = [styles];
    page.documentElement.lang = this.s.code;
    page.documentElement.dir = this.s.dir;
    page.title = this.s.title;
    const copy = page.importNode(card, true);
    copy.querySelectorAll('details').forEach(node => { node.open = true; });
    copy.querySelectorAll('button').forEach(node => node.remove());
    const sheetOfPaper = page.createElement('div'), note = page.createElement('p');
    sheetOfPaper.className = 'frame paper';
    note.textContent = this.s.footer;
    sheetOfPaper.append(copy, note);
    page.body.append(sheetOfPaper);
    frame.contentWindow.addEventListener('afterprint', () => frame.remove());
    this.emit('print', {text: sheetOfPaper.textContent});
    frame.contentWindow.print();
  }
}

if (!customElements.get('backtalk-chat')) customElements.define('backtalk-chat', BacktalkChat);

// --- the JavaScript API ---

const find = () => document.querySelector('backtalk-chat');
const waiting = [];
const withChat = act => { const chat = find(); if (chat) return act(chat); waiting.push(act); return undefined; };

window.Backtalk ??= {
  open: () => withChat(chat => chat.open()),
  close: () => withChat(chat => chat.close()),
  /** Opens the chat and sends a message of the user. False if it is empty or too long. */
  send: words => withChat(chat => { chat.open(true); return chat.say(words); }),
  /** Events: ready, open, close, sent, message, alert, acknowledged, connection, forgotten, ended. */
  on: (name, act) => withChat(chat => chat.addEventListener(`backtalk:${name}`, event => act(event.detail))),
  /** A fresh token; the chat connects again with it. */
  setToken: token => withChat(chat => { chat.line.token = String(token); if (chat.line.socket) { chat.line.stop(); chat.line.start(); } }),
};

function place() {
  let chat = find();
  if (!chat && script && !script.hasAttribute('data-manual')) {
    chat = document.createElement('backtalk-chat');
    for (const name of ATTRIBUTES) if (script.dataset[name] !== undefined) chat.dataset[name] = script.dataset[name];
    document.body.append(chat);
  }
  if (chat) for (const act of waiting.splice(0)) act(chat);
}
if (document.readyState === 'loading') addEventListener('DOMContentLoaded', place);
else place();
