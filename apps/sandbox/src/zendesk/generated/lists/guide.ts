import type { JsonObject } from "../../../json.ts";
import { byGuidePosition, byId, byLatestCreation } from "../../row-order.ts";
import type { ListDefinition, RowContext } from "../list-definition.ts";
import { listId, phrases } from "../world.ts";
import { withinParent } from "./drawn.ts";

const locale = { locale: "en-us", source_locale: "en-us", outdated: false } as const;

/** The page that people see. */
function pageOf({ world, id }: RowContext, kind: string): JsonObject {
  return { html_url: `${world.account}/hc/en-us/${kind}/${id}` };
}

function vote(itemType: string): (context: RowContext) => JsonObject {
  return (context) => ({
    ...withinParent(context),
    item_id: context.parentId,
    item_type: itemType,
    user_id: context.lists.anyId("users", context.random),
    value: context.random.pick([1, 1, 1, -1]),
  });
}

function comment(sourceType: string): (context: RowContext) => JsonObject {
  return (context) => ({
    ...withinParent(context),
    author_id: context.lists.anyId("users", context.random),
    body: `<p>${context.random.pick(phrases)}</p>`,
    html_url: `${context.world.account}/hc/comments/${context.id}`,
    non_author_editor_id: null,
    non_author_updated_at: null,
    ...(sourceType === "Post"
      ? { post_id: context.parentId, official: context.random.chance(0.1) }
      : { source_id: context.parentId, source_type: sourceType, locale: "en-us" }),
  });
}

function subscription(contentType: string): (context: RowContext) => JsonObject {
  return (context) => ({
    ...withinParent(context),
    user_id: context.lists.anyId("users", context.random),
    content_id: context.parentId,
    content_type: contentType,
    locale: "en-us",
    source_locale: "en-us",
    include_comments: context.random.chance(0.5),
  });
}

/** A list of children in the Help Center: cursors as everywhere, the last page's links as only there. */
function children(options: {
  path: string;
  address: string;
  recordsKey: string;
  list: string;
  key: string;
  sizes: readonly number[];
  fields: ListDefinition["fields"];
}) {
  const { list, key, sizes, ...rest } = options;
  return { ...rest, order: byId, paging: "guide", parent: { list, key, sizes } } as const;
}

const guide = "help_center";
const itemVotes = { address: `${guide}/votes`, recordsKey: "votes", key: "item_id" } as const;
const subscriptions = { address: `${guide}/subscriptions`, recordsKey: "subscriptions", key: "content_id" };

/** Help Center: categories, sections, articles and what hangs on them. */
export const guideLists = {
  categories: {
    path: `${guide}/categories`,
    address: `${guide}/en-us/categories`,
    recordsKey: "categories",
    order: byGuidePosition,
    paging: "guide",
    count: () => 3,
    fields: (context) => ({
      ...pageOf(context, "categories"),
      ...locale,
      name: `Category ${context.rank}`,
      description: context.random.pick(phrases),
      position: context.rank % 2,
    }),
  },
  sections: {
    path: `${guide}/sections`,
    address: `${guide}/en-us/sections`,
    recordsKey: "sections",
    order: byGuidePosition,
    paging: "guide",
    count: () => 7,
    fields: (context) => ({
      ...pageOf(context, "sections"),
      ...locale,
      category_id: listId(context.rank % 3),
      parent_section_id: null,
      name: `Section ${context.rank}`,
      description: context.random.pick(phrases),
      position: context.rank % 3,
      sorting: "manual",
      theme_template: "section_page",
    }),
  },
  articles: {
    path: `${guide}/articles`,
    address: `${guide}/en-us/articles`,
    recordsKey: "articles",
    order: byGuidePosition,
    paging: "guide",
    count: () => 45,
    fields: (context) => ({
      ...pageOf(context, "articles"),
      ...locale,
      outdated_locales: [],
      author_id: context.lists.anyId("users", context.random),
      section_id: listId(context.rank % 7),
      title: context.random.pick(phrases),
      name: `Article ${context.rank}`,
      body: `<p>${context.random.pick(phrases)}</p>`,
      comments_disabled: context.random.chance(0.1),
      content_tag_ids: [],
      label_names: [],
      draft: context.random.chance(0.1),
      promoted: false,
      position: context.rank % 4,
      permission_group_id: 1,
      user_segment_id: null,
      user_segment_ids: [],
      edited_at: null,
    }),
  },
  article_attachments: children({
    path: `${guide}/articles/{id}/attachments`,
    address: `${guide}/articles/{id}/attachments`,
    recordsKey: "article_attachments",
    list: "articles",
    key: "article_id",
    sizes: [0, 1, 0, 3],
    fields: (context) => ({
      ...withinParent(context),
      article_id: context.parentId,
      file_name: "größe.png",
      content_type: "image/png",
      content_url: `${context.world.account}/hc/article_attachments/${context.id}`,
      size: context.random.below(90_000),
      inline: context.random.chance(0.5),
    }),
  }),
  article_comments: children({
    path: `${guide}/articles/{id}/comments`,
    address: `${guide}/articles/{id}/comments`,
    recordsKey: "comments",
    list: "articles",
    key: "source_id",
    sizes: [2, 0, 5, 0, 1],
    fields: comment("Article"),
  }),
  article_votes: children({
    ...itemVotes,
    path: `${guide}/articles/{id}/votes`,
    list: "articles",
    sizes: [0, 3, 1],
    fields: vote("Article"),
  }),
  article_comment_votes: children({
    ...itemVotes,
    path: `${guide}/articles/{id}/comments/{id}/votes`,
    list: "article_comments",
    sizes: [1, 0, 2],
    fields: vote("Comment"),
  }),
  article_subscriptions: children({
    ...subscriptions,
    path: `${guide}/articles/{id}/subscriptions`,
    list: "articles",
    sizes: [1, 0],
    fields: subscription("Article"),
  }),
  section_subscriptions: children({
    ...subscriptions,
    path: `${guide}/sections/{id}/subscriptions`,
    list: "sections",
    sizes: [0, 2],
    fields: subscription("Section"),
  }),
} as const satisfies Record<string, ListDefinition>;

const community = "community";

/** Community: topics, posts and what hangs on them. */
export const communityLists = {
  topics: {
    path: `${community}/topics`,
    address: `${guide}/community/topics`,
    recordsKey: "topics",
    order: byLatestCreation,
    paging: "guide",
    count: () => 4,
    fields: (context) => ({
      ...pageOf(context, "community/topics"),
      name: `Topic ${context.rank}`,
      description: context.rank === 0 ? null : context.random.pick(phrases),
      position: context.rank,
      community_id: 6_130_869_406_490,
      manageable_by: "managers",
      user_segment_id: null,
    }),
  },
  posts: {
    path: `${community}/posts`,
    address: `${guide}/community/posts`,
    recordsKey: "posts",
    order: byLatestCreation,
    paging: "guide",
    count: () => 30,
    fields: (context) => ({
      ...pageOf(context, "community/posts"),
      title: context.random.pick(phrases),
      details: `<p>${context.random.pick(phrases)}</p>`,
      author_id: context.lists.anyId("users", context.random),
      topic_id: listId(context.rank % 4),
      closed: context.random.chance(0.1),
      featured: false,
      pinned: context.rank === 0,
      frozen: false,
      status: context.random.pick(["none", "planned", "answered"]),
      content_tag_ids: [],
      non_author_editor_id: null,
      non_author_updated_at: null,
    }),
  },
  post_comments: children({
    path: `${community}/posts/{id}/comments`,
    address: `${guide}/community/posts/{id}/comments`,
    recordsKey: "comments",
    list: "posts",
    key: "post_id",
    sizes: [0, 3, 1, 12, 0, 2],
    fields: comment("Post"),
  }),
  post_votes: children({
    ...itemVotes,
    path: `${community}/posts/{id}/votes`,
    list: "posts",
    sizes: [2, 0, 4, 0],
    fields: vote("Post"),
  }),
  post_comment_votes: children({
    ...itemVotes,
    path: `${community}/posts/{id}/comments/{id}/votes`,
    list: "post_comments",
    sizes: [0, 2, 0, 1],
    fields: vote("Comment"),
  }),
  post_subscriptions: children({
    ...subscriptions,
    path: `${community}/posts/{id}/subscriptions`,
    list: "posts",
    sizes: [0, 1, 3],
    fields: subscription("CommunityPost"),
  }),
  topic_subscriptions: children({
    ...subscriptions,
    path: `${community}/topics/{id}/subscriptions`,
    list: "topics",
    sizes: [1, 2],
    fields: subscription("CommunityTopic"),
  }),
} as const satisfies Record<string, ListDefinition>;
