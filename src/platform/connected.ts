/** Whether this document is `connected.html`, whose policy lets the page connect to other hosts when the person asks for it. */
export const connectedMode = (): boolean => document.documentElement.hasAttribute('data-connected');
