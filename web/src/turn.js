// One turn: what the user said, and what the bot said to it, drawn as cards and bubbles.
import {choicesOf, declined, drawn} from './cards.js';
import {uncovered} from './cover.js';
import {el, icon, ownAddress, record, text, webAddress} from './dom.js';
import {rendered} from './markdown.js';

export function userBubble(message, s) {
  return el('div', {class: 'bubble user', 'data-id': message.id}, el('span', {class: 'sr', text: `${s.you} `}), el('span', {text: text(message.text)}));
}

function bubble(source, s, extra = '') {
  const node = el('div', {class: `bubble bot ${extra}`}, el('span', {class: 'sr', text: `${s.bot} `}));
  node.append(rendered(source));
  return node;
}

function choices(list, label, choose) {
  return el('div', {class: 'choices', role: 'group', 'aria-label': label},
    list.map(one => el('button', {type: 'button', text: text(one.title), onclick: () => choose(text(one.payload) || text(one.title), text(one.title))})));
}

/**
 * What the bot said, as elements.
 * @param {object[]} messages of one turn, in the order in which they were said
 * @param context s, base, choose(payload, title), announce(text), printCard(element)
 */
export function botParts(messages, context) {
  const {s, base, choose} = context, before = [], asked = [];
  const card = record(messages.find(message => message.custom)?.custom), kind = text(card.type);
  const picture = drawn(card, context);
  let placed = false, buttons = null;
  const place = () => {
    if (!picture || placed) return;
    placed = true;
    before.push(picture);
    if (kind === 'answer') before.push(actions(card, picture, context));
  };
  for (const message of messages) {
    if (message.text) {
      const {lead, tail, hit} = picture ? uncovered(message.text, card) : {lead: message.text, tail: '', hit: false};
      const target = message.buttons?.length ? asked : before;
      if (lead) target.push(kind === 'decline' && !message.buttons ? decline(lead, card, s) : bubble(lead, s));
      if (hit) place();
      if (tail) target.push(bubble(tail, s, hit ? 'note' : ''));
      if (message.buttons?.length) buttons = message.buttons;
    }
    const src = ownAddress(message.image, base);
    if (src) before.push(el('div', {class: 'bubble bot'}, el('img', {src, alt: s.picture})));
    // A picture of another site is a link: nothing is loaded from there unasked.
    const other = message.attachment ? record(record(message.attachment).payload).src ?? message.attachment : !src && message.image;
    const file = other && webAddress(other, base);
    if (file) before.push(el('div', {class: 'bubble bot'}, el('a', {href: file, target: '_blank', rel: 'noopener noreferrer', text: s.attachment})));
  }
  place();
  buttons ??= kind === 'question' ? choicesOf(card) : null;
  if (buttons?.length) asked.push(choices(buttons, s.choices, choose));
  if (!before.length && !asked.length) before.push(bubble(text(card.fallback) || s.newer, s));
  return [...before, ...asked];
}

function decline(source, card, s) {
  const node = bubble(source, s, 'decline');
  node.prepend(el('p', {class: 'label'}, icon('info'), declined(card, s)));
  return node;
}

function actions(card, picture, {s, choose, printCard}) {
  const remedies = (Array.isArray(card.remedies) ? card.remedies : []).map(record), tips = remedies.some(one => one.role === 'remedy');
  const button = (label, say) => el('button', {type: 'button', class: 'small talk', text: label, onclick: () => choose(say, say)});
  return el('div', {class: 'actions', role: 'group', 'aria-label': s.feedback_label},
    tips && [button(s.another, s.say_another), button(s.helped, s.say_helped), button(s.not_helped, s.say_not_helped)],
    el('button', {type: 'button', class: 'small plain', text: s.print, onclick: () => printCard(picture)}));
}
