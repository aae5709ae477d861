using Amazon.DynamoDBv2.Model;

namespace UserStore.DynamoDb.Provisioning;

/// <summary>Reads the tags of a table, which DynamoDB returns in pages.</summary>
internal static class TagReader
{
    public static async Task<List<Tag>> ReadAsync(string arn, Func<ListTagsOfResourceRequest, Task<ListTagsOfResourceResponse>> send)
    {
        List<Tag> tags = [];
        string? next = null;
        do
        {
            ListTagsOfResourceResponse page = await send(new ListTagsOfResourceRequest { ResourceArn = arn, NextToken = next }).ConfigureAwait(false);
            tags.AddRange(page.Tags ?? []);
            next = page.NextToken;
        }
        while (!string.IsNullOrEmpty(next));
        return tags;
    }
}
