import DOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';

// Raw HTML stays text, pictures of other hosts are not loaded, and markdown-it drops links such as javascript:.
const markdown = new MarkdownIt({html: false, linkify: false, breaks: true}).disable(['image', 'html_inline', 'html_block', 'code', 'heading', 'lheading']);
const ALLOWED = {
  ALLOWED_TAGS: ['p', 'br', 'strong', 'em', 's', 'code', 'pre', 'ul', 'ol', 'li', 'a', 'blockquote', 'hr'],
  ALLOWED_ATTR: ['href', 'start'],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|tel:)/i,
  RETURN_DOM_FRAGMENT: true,
};

/** Markdown of the bot as a fragment that holds no script, style, form or picture. */
export function rendered(source) {
  const fragment = DOMPurify.sanitize(markdown.render(String(source)), ALLOWED);
  for (const link of fragment.querySelectorAll('a[href]')) {
    if (!/^https?:/i.test(link.getAttribute('href'))) continue;
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
  }
  return fragment;
}
