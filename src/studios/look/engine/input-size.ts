/** Height and width of the network's input: resolution of lite1 in efficientnet_lite_builder.py. */
export const INPUT_SIZE = 240;
