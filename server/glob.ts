// `*` and `?` in names that somebody asks for. A star never makes a text be read again from its beginning: when what follows
// the last star does not fit, that star takes one character more. Leaves out paths, sets and escapes.

/** Whether a text is what `glob` says, from its beginning to its end. */
export function globMatcher(glob: string): (text: string) => boolean {
  return (text) => {
    let at = 0;
    let wanted = 0;
    let star = -1;
    let starAt = 0;
    while (at < text.length) {
      if (glob[wanted] === "*") {
        star = wanted++;
        starAt = at;
      } else if (wanted < glob.length && (glob[wanted] === "?" || glob[wanted] === text[at])) {
        wanted++;
        at++;
      } else if (star >= 0) {
        wanted = star + 1;
        at = ++starAt;
      } else return false;
    }
    while (glob[wanted] === "*") wanted++;
    return wanted === glob.length;
  };
}
