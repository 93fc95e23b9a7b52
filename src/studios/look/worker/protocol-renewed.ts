/** Vectors of another network that lie beside those in use: how far it has come with the pictures of a collection. */
export interface RenewalInfo {
  /** Hash of the other network, and the dimension of its vectors. */
  readonly network: string;
  readonly dim: number;
  /** What it is called where it was. */
  readonly networkTitle?: string;
  /** Pictures of the collection that it has looked at. */
  readonly done: number;
  readonly total: number;
  /** They were in use before the present ones. */
  readonly wasInUse?: true;
}

/** What a network sees in a picture that is in the collection already. */
export interface RenewedPicture {
  readonly id: number;
  /** [dim] float32, not normalised */
  readonly embedding: Float32Array<ArrayBuffer>;
  /** Hash of the network that made it. */
  readonly network: string;
  /** Made of the thumbnail, as the file was not at hand. */
  readonly isOfThumbnail: boolean;
}
