/* Bench: merge sort of a singly linked list, from the heap. */
#include <stdio.h>
#include <stdlib.h>
#ifndef N
#define N 200000
#endif
struct node {
	int value;
	struct node *next;
};
static struct node *merge(struct node *a, struct node *b)
{
	struct node head;
	struct node *tail = &head;
	head.next = NULL;
	while (a != NULL && b != NULL) {
		if (a->value <= b->value) {
			tail->next = a;
			a = a->next;
		} else {
			tail->next = b;
			b = b->next;
		}
		tail = tail->next;
	}
	tail->next = a != NULL ? a : b;
	return head.next;
}
static struct node *sort(struct node *list)
{
	struct node *slow = list;
	struct node *fast;
	struct node *right;
	if (list == NULL || list->next == NULL)
		return list;
	fast = list->next;
	while (fast != NULL && fast->next != NULL) {
		slow = slow->next;
		fast = fast->next->next;
	}
	right = slow->next;
	slow->next = NULL;
	return merge(sort(list), sort(right));
}
int main(void)
{
	struct node *list = NULL;
	unsigned int seed = 1;
	int i;
	long sum = 0;
	for (i = 0; i < N; i++) {
		struct node *n = malloc(sizeof(struct node));
		seed = seed * 1103515245u + 12345u;
		n->value = (seed >> 8) & 0xfffff;
		n->next = list;
		list = n;
	}
	list = sort(list);
	for (i = 0; list != NULL; i++) {
		sum = sum * 3 + list->value;
		list = list->next;
	}
	printf("%d %ld\n", i, sum);
	return 0;
}
