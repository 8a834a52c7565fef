// What relay.mjs asks. relay-compiler reads it and writes what is run; this file itself is never run.
const { graphql } = require("relay-runtime");

module.exports = [
  graphql`
    query screenForwardsQuery($search: String!, $count: Int!, $cursor: Cursor) {
      ...screen_forwards @arguments(search: $search, count: $count, cursor: $cursor)
    }
  `,
  graphql`
    fragment screen_forwards on Query
    @refetchable(queryName: "screenForwardsPageQuery")
    @argumentDefinitions(search: { type: "String" }, count: { type: "Int!" }, cursor: { type: "Cursor" }) {
      groups(filter: { search: $search }, orderBy: { field: DESCRIPTION, direction: ASC }, first: $count, after: $cursor) @connection(key: "screen_forwards_groups") {
        edges {
          node {
            description
          }
        }
      }
    }
  `,
  graphql`
    query screenBackwardsQuery($search: String!, $count: Int!, $cursor: Cursor) {
      ...screen_backwards @arguments(search: $search, count: $count, cursor: $cursor)
    }
  `,
  graphql`
    fragment screen_backwards on Query
    @refetchable(queryName: "screenBackwardsPageQuery")
    @argumentDefinitions(search: { type: "String" }, count: { type: "Int!" }, cursor: { type: "Cursor" }) {
      groups(filter: { search: $search }, orderBy: { field: DESCRIPTION, direction: ASC }, last: $count, before: $cursor) @connection(key: "screen_backwards_groups") {
        edges {
          node {
            description
          }
        }
      }
    }
  `,
  graphql`
    query screenFirstQuery($search: String!) {
      groups(filter: { search: $search }, first: 1) {
        nodes {
          id
          ...screen_group
        }
      }
    }
  `,
  graphql`
    fragment screen_group on Group @refetchable(queryName: "screenGroupAgainQuery") {
      version
      description
    }
  `,
  graphql`
    mutation screenGroupUpdateMutation($id: ID!, $input: GroupUpdateInput!) {
      groupUpdate(id: $id, input: $input) {
        group {
          ...screen_group
        }
        userErrors {
          code
          field
        }
      }
    }
  `,
  graphql`
    subscription screenReceivedSubscription($after: Cursor) {
      occurrenceReceived(after: $after) {
        occurrence {
          subject
        }
      }
    }
  `,
];
