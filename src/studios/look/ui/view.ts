/** How the collection is shown. */
export type View = 'pictures' | 'map';

const STORAGE_KEY = 'atelier-look-view';

export const keptView = (): View => (localStorage.getItem(STORAGE_KEY) === 'map' ? 'map' : 'pictures');
export const keepView = (view: View): void => localStorage.setItem(STORAGE_KEY, view);
