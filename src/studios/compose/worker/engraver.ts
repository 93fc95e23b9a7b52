import type { VerovioToolkit } from 'verovio/esm';
import { describe, fail, ok } from '../../../kernel/result.ts';
import type { SheetApi, SheetLayout, SheetResult } from './protocol.ts';

/** Verovio's own unit at a scale of 100: a tenth of a millimetre, or a pixel of ten. */
const A4 = { width: 2100, height: 2970 } as const;
const PAPER_SCALE = 40;
/** As high as the library lets a page be: one long page for the screen, which is then cut to what is on it. */
const LONG_PAGE = 60_000;
const MIN_PAGE = 100;

const optionsOf = (layout: SheetLayout): Readonly<Record<string, string | number | boolean>> => {
  const common = {
    breaks: 'auto',
    header: 'auto',
    footer: 'none',
    svgViewBox: true,
    justifyVertically: false,
  };
  if (layout.kind === 'paper')
    return {
      ...common,
      pageWidth: A4.width,
      pageHeight: A4.height,
      scale: PAPER_SCALE,
      adjustPageHeight: false,
    };
  const scale = layout.zoom * PAPER_SCALE;
  return {
    ...common,
    pageWidth: Math.max(MIN_PAGE, Math.round((100 * layout.widthPx) / scale)),
    pageHeight: LONG_PAGE,
    scale,
    adjustPageHeight: true,
    pageMarginLeft: 20,
    pageMarginRight: 20,
    pageMarginTop: 20,
    pageMarginBottom: 20,
  };
};

/** The worker's side of sheet music. The library, eight megabytes, is fetched when the first page is wanted. */
export class Engraver implements SheetApi {
  #toolkit: Promise<VerovioToolkit> | undefined;

  async engrave(musicXml: string, layout: SheetLayout): Promise<SheetResult> {
    let toolkit: VerovioToolkit;
    try {
      this.#toolkit ??= startVerovio();
      toolkit = await this.#toolkit;
    } catch (cause) {
      this.#toolkit = undefined;
      return fail(
        'no-engraver',
        `The part that draws sheet music could not be fetched: ${describe(cause)}.`,
        {
          hint: 'Check the connection and try again; it is kept afterwards.',
          retryable: true,
          cause: describe(cause),
        },
      );
    }
    toolkit.setOptions(optionsOf(layout));
    if (toolkit.loadData(musicXml) === 0)
      return fail('not-engraved', `This composition could not be drawn as sheet music: ${toolkit.getLog()}`, {
        hint: 'Export MusicXML and open it in a notation program.',
      });
    return ok(Array.from({ length: toolkit.getPageCount() }, (_, page) => toolkit.renderToSVG(page + 1)));
  }
}

async function startVerovio(): Promise<VerovioToolkit> {
  const [{ default: createModule }, { VerovioToolkit: Toolkit }] = await Promise.all([
    import('verovio/wasm'),
    import('verovio/esm'),
  ]);
  return new Toolkit(await createModule());
}
