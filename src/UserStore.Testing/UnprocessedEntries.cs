using System.Text.Json.Nodes;

namespace UserStore.Testing;

/// <summary>Splits batch requests into a part that is processed and a part that is not.</summary>
internal static class UnprocessedEntries
{
    /// <summary>Removes entries from a request and returns them in the same form. The very first entry is kept.</summary>
    public static JsonObject Omit(JsonObject tables, Func<bool> isOmitted)
    {
        var omitted = new JsonObject();
        bool isFirst = true;
        foreach ((string table, JsonNode? entry) in tables.ToList())
        {
            JsonArray all = entry as JsonArray ?? entry!["Keys"]!.AsArray();
            JsonArray rest = [];
            foreach (JsonNode? one in all.ToList())
            {
                if (!isFirst && isOmitted())
                {
                    all.Remove(one);
                    rest.Add(one);
                }

                isFirst = false;
            }

            if (rest.Count == 0)
                continue;
            JsonNode left = entry is JsonArray ? rest : entry!.DeepClone();
            if (entry is not JsonArray)
                left["Keys"] = rest;
            omitted.Add(table, left);
        }

        return omitted;
    }
}
