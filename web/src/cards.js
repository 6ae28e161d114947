// The cards of the message contract (DESIGN.md, section 4). A card is data from outside: every field may be missing or odd.
import {el, icon, ownAddress, record, telephone, text, texts} from './dom.js';

const GRADES = ['supported', 'mixed', 'weak', 'none', 'contradicted'];

/** "57" or "151–155, 159" out of [[57, 57]] or [[151, 155], [159, 159]]. */
function lineNumbers(value) {
  return (Array.isArray(value) ? value : []).map(pair => {
    const [from, to] = Array.isArray(pair) ? pair : [pair, pair];
    return text(from) === text(to ?? from) ? text(from) : `${text(from)}–${text(to)}`;
  }).filter(Boolean);
}

function badge(grade, s) {
  const level = GRADES.length - GRADES.indexOf(grade);
  return el('span', {class: `badge grade-${grade}`},
    el('span', {class: 'meter', 'aria-hidden': 'true'}, [5, 4, 3, 2].map(at => el('i', {class: level >= at ? '' : 'on'})).reverse().map((dot, i) => {
      dot.className = level - 1 > i ? 'on' : '';
      return dot;
    })),
    s[`grade_${grade}`]);
}

function chips(one, s) {
  const grade = text(one.grade), found = [];
  if (one.role === 'no' || one.verdict === 'do-not-recommend') found.push(el('span', {class: 'badge no'}, icon('stop'), s.not_advised));
  if (GRADES.includes(grade)) found.push(badge(grade, s));
  if (one.verdict === 'keep-with-caution' && one.role === 'remedy') found.push(el('span', {class: 'badge care'}, icon('shield'), s.care));
  return el('p', {class: 'chips'}, found);
}

function pictures(one, base) {
  return (Array.isArray(one.media) ? one.media : []).map(raw => {
    const media = typeof raw === 'string' ? {src: raw} : record(raw), src = ownAddress(media.src ?? media.url, base);
    return src && el('img', {src, alt: text(media.alt), loading: 'lazy', referrerpolicy: 'no-referrer'});
  });
}

function provenance(one, s) {
  const source = record(one.source), lines = lineNumbers(source.lines), grade = text(one.grade);
  const shown = lines.join(', '), many = lines.length > 1 || shown.includes('–');
  const kids = [
    GRADES.includes(grade) && el('p', {}, el('strong', {text: s[`grade_${grade}`]}), ` – ${s[`about_${grade}`]}`),
    text(one.why) && el('p', {text: text(one.why)}),
    text(source.section) && el('p', {class: 'muted', text: s.source(text(source.section), many ? s.lines(shown) : s.line(shown))}),
  ].filter(Boolean);
  return kids.length > 0 && el('details', {class: 'source'}, el('summary', {text: s.why_source}), kids);
}

function body(one, s, base) {
  const steps = texts(one.steps), dose = text(record(one.dose).text), stop = text(one.stop_if);
  const isSteps = one.role === 'remedy' && steps.length > 1;
  return [
    ...pictures(one, base),
    steps.length > 0 && (isSteps ? el('ol', {class: 'steps'}, steps.map(step => el('li', {text: step}))) : el('p', {text: steps.join(' ')})),
    dose && el('p', {class: 'fact'}, el('strong', {text: `${s.dose}: `}), dose),
    stop && el('p', {class: 'fact stop'}, el('strong', {text: `${s.stop_if} `}), stop),
    provenance(one, s),
  ];
}

function answer(card, {s, base, level}) {
  const remedies = (Array.isArray(card.remedies) ? card.remedies : []).map(record).filter(one => text(one.title));
  const withheld = (Array.isArray(card.withheld) ? card.withheld : []).map(record).filter(one => text(one.reason));
  if (!remedies.length && !withheld.length) return null;
  const items = remedies.length === 1
    ? [el('article', {class: 'remedy'}, el(`h${level}`, {class: 'heading', text: text(remedies[0].title)}), chips(remedies[0], s), ...body(remedies[0], s, base))]
    : remedies.map(one => el('details', {class: 'remedy'},
      el('summary', {},
        el('span', {class: 'heading', role: 'heading', 'aria-level': String(level), text: text(one.title)}),
        text(one.short) && el('span', {class: 'short', text: text(one.short)}),
        text(record(one.dose).text) && el('span', {class: 'short dose', text: text(record(one.dose).text)}),
        chips(one, s)),
      ...body(one, s, base)));
  const left = withheld.length > 0 && el('details', {class: 'withheld', open: withheld.length < 3},
    el('summary', {}, icon('shield'), s.withheld(withheld.length)),
    el('ul', {}, withheld.map(one => el('li', {}, text(one.title) && el('strong', {text: `${text(one.title)}: `}), text(one.reason)))));
  return el('div', {class: 'card answer', role: 'group', 'aria-label': s.answer}, items, left);
}

/** Buttons that call. */
export function calls(card, s) {
  return (Array.isArray(card.numbers) ? card.numbers : []).map(record).map(number => {
    const tel = telephone(number.tel), label = text(number.label);
    return tel && el('a', {class: 'call', href: `tel:${tel}`},
      icon('phone'), el('span', {}, el('b', {text: s.call(text(number.tel))}), ' ', label && el('small', {text: label})));
  }).filter(Boolean);
}

export const TIERS = ['emergency', 'urgent', 'soon'];

function alert(card, {s, announce, level}) {
  const tier = TIERS.includes(card.tier) ? card.tier : 'urgent', summary = texts(card.summary);
  const part = (name, value) => text(value) && el('p', {}, el('strong', {text: `${name}: `}), text(value));
  const copy = summary.length > 0 && el('button', {type: 'button', class: 'small', text: s.copy, onclick: async () => {
    try {
      await navigator.clipboard.writeText(summary.join('\n'));
      copy.textContent = s.copied;
      announce(s.copied);
    } catch {
      getSelection()?.selectAllChildren(lines);
      announce(s.copy_failed);
    }
  }});
  const lines = el('div', {class: 'lines'}, summary.map(line => el('p', {text: line})));
  return el('div', {class: `card alert ${tier}`, role: 'group', 'aria-label': s[`alert_${tier}`]},
    el(`h${level}`, {class: 'heading'}, icon('alert'), s[`alert_${tier}`]),
    text(card.title) && el('p', {class: 'lead', text: text(card.title)}),
    calls(card, s),
    part(s.do_now, card.do), part(s.tell, card.tell), part(s.avoid, card.avoid),
    summary.length > 0 && el('div', {class: 'summary', role: 'group', 'aria-label': s.summary}, el('div', {class: 'row'}, el(`h${level + 1}`, {text: s.summary}), copy), lines));
}

/** Draws a card, or gives null: unknown types are shown by their text alone. */
export function drawn(card, context) {
  const kind = record(card).type;
  if (kind === 'answer') return answer(card, context);
  if (kind === 'alert') return alert(card, context);
  return null;
}

/** Label of a decline, which is drawn around its text. */
export function declined(card, s) {
  const name = `decline_${text(card.reason)}`;
  return Object.hasOwn(s, name) ? s[name] : s.decline_other;
}

export function choicesOf(card) {
  return (Array.isArray(card.choices) ? card.choices : []).map(record).filter(one => text(one.title));
}
