// The site's own colour, made readable: text on it and it on the panel keep a contrast of 4.5 (WCAG 2.2, 1.4.3).
const channel = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

/** Moves a colour towards black or white until it stands out from the background. */
function readable(rgb, background, towards) {
  let found = rgb;
  for (let step = 0; step <= 20 && contrast(luminance(found), luminance(background)) < 4.6; step++) {
    found = rgb.map(value => Math.round(value + (towards - value) * step / 20));
  }
  return found;
}

/** @returns {object|null} custom properties for light and dark, or null if the value is no #rgb or #rrggbb */
export function accents(value) {
  const match = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(String(value || '').trim());
  if (!match) return null;
  const hex = match[1].length === 3 ? match[1].replace(/./g, '$&$&') : match[1];
  const rgb = [0, 2, 4].map(at => parseInt(hex.slice(at, at + 2), 16));
  const light = readable(rgb, [240, 245, 246], 0), dark = readable(rgb, [31, 42, 47], 255);
  const css = parts => `rgb(${parts.join(' ')})`;
  return {'--accent-light': css(light), '--accent-dark': css(dark)};
}
