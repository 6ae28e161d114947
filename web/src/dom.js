// Building elements. Text goes in as text only: nothing here parses HTML.
export function el(tag, props = {}, ...kids) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value == null || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (key === 'class') node.className = value;
    else if (key === 'text') node.textContent = value;
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...kids.flat().filter(kid => kid != null && kid !== false));
  return node;
}

const PATHS = {
  chat: 'M12 3c5 0 9 3.4 9 7.6s-4 7.6-9 7.6c-1 0-2-.1-2.9-.4L4.6 20l1-3.6C4 15 3 12.9 3 10.6 3 6.4 7 3 12 3Z',
  close: 'M6 6l12 12M18 6 6 18',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  send: 'M4 12h15M13 6l6 6-6 6',
  alert: 'M12 4 2.8 20h18.4L12 4ZM12 10v4.5M12 17.3v.01',
  phone: 'M6.5 3.5h3l1.5 4-2 1.5a11 11 0 0 0 6 6l1.5-2 4 1.5v3a2 2 0 0 1-2.2 2A17 17 0 0 1 4.5 5.7a2 2 0 0 1 2-2.2Z',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  shield: 'M12 3.5 5 6v5.5c0 4.2 2.8 7.3 7 9 4.2-1.7 7-4.8 7-9V6l-7-2.5Z',
  stop: 'M6.3 6.3l11.4 11.4M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Z',
  info: 'M12 11v5.5M12 7.6v.01M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Z',
};

export function icon(name) {
  const make = (tag, attrs) => {
    const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [key, value] of Object.entries(attrs)) node.setAttribute(key, value);
    return node;
  };
  const svg = make('svg', {viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true', focusable: 'false'});
  svg.append(make('path', {d: PATHS[name]}));
  return svg;
}

/** An address of the web as a string, or null: anything but http and https is refused. */
export function webAddress(value, base) {
  try {
    const url = new URL(String(value), base);
    return ['http:', 'https:'].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** The same for what is loaded without being asked for: from the bot's own origin only. */
export function ownAddress(value, base) {
  const found = typeof value === 'string' && value && webAddress(value, base);
  return found && new URL(found).origin === new URL(base).origin ? found : null;
}

/** What follows "tel:", or null if it is no telephone number. */
export function telephone(value) {
  const shown = String(value ?? '');
  return /^\+?[0-9 ()./-]{2,24}$/.test(shown) ? shown.replace(/[^+0-9]/g, '') : null;
}

/** A list of non-empty strings out of whatever a card holds. */
export function texts(value) {
  return (Array.isArray(value) ? value : []).filter(one => ['string', 'number'].includes(typeof one)).map(String).filter(Boolean);
}

/** A string out of whatever a card holds. */
export function text(value) {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** An object out of whatever a card holds. */
export function record(value) {
  return value && typeof value === 'object' && !Array.isArray(value) ? value : {};
}
