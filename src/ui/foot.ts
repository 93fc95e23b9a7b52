/** The room that something at the foot of the window takes, for what else stands there: see `Toaster.svelte`. */
const PROPERTY = '--foot';

/**
 * An attachment: messages stay above this element, which sticks to the foot of the window or stands near it.
 *
 * @param element what they keep clear of
 * @returns ends it
 */
export function keepClear(element: HTMLElement): () => void {
  const root = document.documentElement;
  let known = '';
  const measure = (): void => {
    const foot = `${Math.max(0, Math.round(window.innerHeight - element.getBoundingClientRect().top))}px`;
    if (foot !== known) root.style.setProperty(PROPERTY, foot);
    known = foot;
  };
  measure();
  const watch = new AbortController();
  window.addEventListener('scroll', measure, { passive: true, signal: watch.signal });
  window.addEventListener('resize', measure, { signal: watch.signal });
  const size = new ResizeObserver(measure);
  size.observe(element);
  size.observe(document.body);
  return () => {
    watch.abort();
    size.disconnect();
    root.style.removeProperty(PROPERTY);
  };
}
