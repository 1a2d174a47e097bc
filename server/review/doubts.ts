/** Why something that a patch may bring is not told as new, in the words of a reviewer who has to decide it. */
import { ENDS_THING } from "../../emulator/function/calls.ts";
import type { Doubt, Fault } from "../../emulator/function/finding.ts";

const WORDS: Readonly<Record<Doubt, string>> = {
  "other base":
    "the patch only takes lines away and this tree is not its base, which may do elsewhere what they did",
  "stopped by a failure":
    "it was made ready right before a call that failed, and nothing may have started it",
  "other name": "another lock of that kind was given back, which may be the same one by another name",
  "by a mode":
    "a callee of which nothing is known says by which mode it is held, and no bit of that mode is set here",
  "in other hands": "a callee of which nothing is known had it in hand",
  "another element":
    "it was taken from an array by a number that is not known, and may be another of its elements",
  "others' reference":
    "the thing was there before it was taken, so one of the two may end a reference that somebody else handed over",
  "undone by value": "the function undoes what others did, and may be called only where they did it",
  "kept on purpose": "the function may leave it to its caller or to what it belongs to, on purpose",
  "what it is for": "to take it may be what the function is for, and whoever calls it gives it back",
  "shown by both": "the side before does the same on another way, so it may be how this code is used",
  "goes well now": "what failed before is no failure to the other side, and what is kept then may be meant",
  "not taken now": "the other side does not take it at all there",
  "freed wrongly": "the other side frees it while something still leads to it, or frees or uses it once more",
  "passed over": "to go on after that failure may be the very point of the patch",
  "only warned": "the code answers that failure with a warning and goes on, which may be meant",
  global: "it hangs on what a variable of the whole file holds, which another function may always set first",
  "tested by helpers":
    "a function that is called from here tests that pointer, and one of the callers may do so before",
  "test exchanged":
    "the patch exchanges one test of a pointer for another, and no call that fails gives this kind there: it hangs on what callers hand in",
  "past the end": "the number that leads there is open: that, and not what is read, may be out of bounds",
  macro: "the mail alone does not show which names are macros that write to what they are given",
  "caller's": "another file that the patch changes may give it back",
  "given elsewhere":
    "the patch changes what else has to do with it, and another function may give it back now",
  "goes with the device": "another function of the file has the kernel give it back when the device goes",
  "its end gives": "it goes well and is kept, and the function that ends this life may give it back",
  "never so called": "no call of the function that can be seen goes this way",
  "between calls": "what other functions do between the two calls is not known",
};

/** What stands behind "it may be new that ...". */
export function doubtText(fault: Fault): string {
  const { lent = null } = fault;
  if (lent !== null)
    return ENDS_THING.test(lent)
      ? `${lent}() was called with it, and may have had it freed already`
      : `${lent}(), of which nothing is known, had it in hand`;
  return fault.doubt === undefined ? "what is known does not decide it" : WORDS[fault.doubt];
}
