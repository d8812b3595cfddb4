/** The words of the panels, in Chinese. */
export const panelsZh = {};
