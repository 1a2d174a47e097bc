// A small diff of our own that tests wrap in mails of every form.
export const DIFF = `diff --git a/fs/knob.c b/fs/knob.c
index 1111111..2222222 100644
--- a/fs/knob.c
+++ b/fs/knob.c
@@ -10,7 +10,8 @@ int knob_get(struct knob *k)
 
 int knob_put(struct knob *k)
 {
-	k->ref--;
+	if (k)
+		k->ref--;
 	return 0;
 }
 
`;
