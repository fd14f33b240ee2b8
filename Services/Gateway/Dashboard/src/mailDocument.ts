/** A mail's HTML taken apart so that it can be shown under a policy that allows no inline style. */
export interface MailDocument {
  body: Document;
  /** Texts of its style elements. */
  styles: string[];
  /** Whether something that it would fetch from elsewhere was left out. */
  hasRemote: boolean;
}

const keptStyle = "data-mail-style";

/**
 * Reads a mail's HTML without running or fetching any of it.
 *
 * `style` attributes are renamed before they are parsed, since the page's own security policy would refuse them; they are
 * set again through the CSSOM, which it allows, by ``showMail``. Scripts, forms, frames and remote images are left out.
 */
export function readMail(html: string): MailDocument {
  const renamed = html.replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle\s*=/gi, ` ${keptStyle}=`));
  const styles: string[] = [];
  const bare = renamed.replace(/<style[^>]*>([\s\S]*?)<\/style>/gi, (_, text: string) => {
    styles.push(text);
    return "";
  });
  const body = new DOMParser().parseFromString(bare, "text/html");
  for (const unwanted of body.querySelectorAll("script, iframe, frame, object, embed, form, link, base, meta")) unwanted.remove();
  let hasRemote = false;
  for (const image of body.querySelectorAll<HTMLElement>("img, picture, source, video, audio, [background]")) {
    if (image.getAttribute("src")?.startsWith("data:") === true) continue;
    hasRemote = true;
    const words = image.getAttribute("alt") ?? "";
    image.replaceWith(words);
  }
  for (const element of body.querySelectorAll<HTMLElement>("*")) {
    for (const { name } of [...element.attributes]) if (name.startsWith("on")) element.removeAttribute(name);
    // A preview is to be read; the unsubscribe link of a learner's mail must not be one click away from staff.
    if (element.hasAttribute("href")) {
      element.title = element.getAttribute("href") ?? "";
      element.removeAttribute("href");
      element.setAttribute("role", "link");
      element.setAttribute("aria-disabled", "true");
    }
  }
  return { body, styles, hasRemote };
}

/** Puts a mail into a sandboxed frame of this origin that may run nothing. Returns the height that it needs, in px. */
export function showMail(frame: HTMLIFrameElement, mail: MailDocument): number {
  const target = frame.contentDocument;
  if (target === null) throw new Error("the frame for the mail has no document");
  target.documentElement.lang = mail.body.documentElement.lang || "en";
  target.title = "Mail";
  const body = target.importNode(mail.body.body, true);
  target.body.replaceWith(body);
  for (const element of [body, ...body.querySelectorAll<HTMLElement>("*")]) {
    const style = element.getAttribute(keptStyle);
    if (style === null) continue;
    element.style.cssText = style;
    element.removeAttribute(keptStyle);
  }
  const view = target.defaultView as (Window & { CSSStyleSheet: typeof CSSStyleSheet }) | null;
  if (view !== null) {
    target.adoptedStyleSheets = mail.styles.map((text) => {
      const sheet = new view.CSSStyleSheet();
      sheet.replaceSync(text);
      return sheet;
    });
  }
  // A document is at least as high as its frame, so it is measured in a frame of no height.
  const shown = frame.height;
  frame.height = "0";
  const needed = target.documentElement.scrollHeight;
  frame.height = shown;
  return Math.max(120, needed);
}
