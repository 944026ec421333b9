/** `list[1].Principal` becomes `list[3].Principal` when the second item went to the fourth place, `list` when it is gone. */
export function moveIndex(path: string, list: string, to: readonly (number | undefined)[]): string {
  if (!path.startsWith(`${list}[`)) return path;
  const end = path.indexOf("]", list.length);
  const index = Number(path.slice(list.length + 1, end));
  if (!(index in to)) return path;
  const moved = to[index];
  return moved === undefined ? list : `${list}[${moved}${path.slice(end)}`;
}
