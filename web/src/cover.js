// The text of a turn is complete without its card. Where the card is drawn, the lines that it repeats are left out.
// A line goes only if the card shows all it says: when in doubt, it is shown twice.
import {record, text, texts} from './dom.js';

const plain = value => text(value).toLowerCase().replace(/\s+/g, ' ').trim();
const words = value => value.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
/** Words that may be left of a line, such as "How much:", "Stop if" or "This needs help now". */
const SPARE = 4;

/** All that a card shows, longest first. */
function shownBy(card) {
  const shown = [];
  if (card.type === 'alert') shown.push(card.title, card.do, card.avoid, card.tell, ...texts(card.summary));
  for (const raw of Array.isArray(card.remedies) ? card.remedies : []) {
    const one = record(raw);
    shown.push(one.title, one.short, one.stop_if, one.evidence, one.why, record(one.dose).text, texts(one.steps).join(' '), ...texts(one.steps));
  }
  return [...new Set(shown.map(plain).filter(one => words(one) > 0))].sort((a, b) => b.length - a.length);
}

function covered(line, shown) {
  let rest = plain(line), found = false;
  for (const one of shown) {
    if (!rest.includes(one)) continue;
    rest = rest.replaceAll(one, ' ');
    found = true;
  }
  if (!found) return false;
  // "[good evidence; guide line 157]" and "(Guide: "…", line 63.)" say what badge and source say.
  rest = rest.replace(/\[[^\]]*guide[^\]]*\]/g, ' ').replace(/\(guide:[^)]*\)\.?/g, ' ').replace(/^\s*\d+[.)]/, ' ');
  return words(rest) <= SPARE;
}

/**
 * Splits a text at the lines that a card covers.
 * @returns {{lead: string, tail: string, hit: boolean}} what stands before and after the covered lines
 */
export function uncovered(source, card) {
  const shown = shownBy(record(card)), lines = text(source).split('\n'), is = lines.map(line => covered(line, shown));
  const first = is.indexOf(true);
  if (first < 0) return {lead: source, tail: '', hit: false};
  let lead = lines.slice(0, first), tail = lines.slice(first).filter((_, i) => !is[first + i]);
  // "To show or read out:" is a headline of lines that are gone.
  if (card.type === 'alert' && !tail.length) lead = lead.filter(line => !line.trim().endsWith(':'));
  return {lead: lead.join('\n').trim(), tail: tail.join('\n').trim(), hit: true};
}
