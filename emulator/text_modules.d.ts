/** C sources are bundled as text (esbuild's text loader): the reference kernel and our own libc headers. */
declare module "*.h" {
  const text: string;
  export default text;
}
declare module "*.c" {
  const text: string;
  export default text;
}
declare module "*.yaml" {
  const text: string;
  export default text;
}
