/** What the page that asks the site's library worker for words and names offers to the bench. Times are milliseconds. */
export interface WordsPage {
  /** Starts the site's own library worker, hands it the classifier, and counts the pictures of the collection. */
  open(library: string, collection: number): Promise<number>;
  /** Pictures by classes of the network: their names, the best first. */
  words(classes: readonly number[], k: number): Promise<readonly string[]>;
  /**
   * Names some pictures, and finds the rest.
   *
   * @param yes names of pictures that have it, and of pictures that do not
   */
  name(yes: readonly string[], no: readonly string[]): Promise<NameFigures>;
  /** A collection of so many synthetic pictures: the times of names and of words in it. */
  time(pictures: number): Promise<WordTimes>;
}

export interface WordTimes {
  /** From asking to the answer in the page: a name of twenty pictures, with twenty that are not, several times. */
  readonly nameMs: readonly number[];
  /** The first search passes the classifier over every picture. */
  readonly firstWordMs: number;
  readonly nextWordMs: number;
}

export interface NameFigures {
  /** The rest, the likeliest first. */
  readonly rest: readonly { readonly name: string; readonly probability: number }[];
  readonly heldBack: { readonly yes: readonly number[]; readonly no: readonly number[] };
}

declare global {
  interface Window {
    words?: WordsPage;
  }
}
