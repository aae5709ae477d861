namespace UserStore.CommandLine;

/// <summary>Suggests the known word that a mistyped one most resembles.</summary>
internal static class Suggestion
{
    /// <summary>Returns a sentence with a leading space, or an empty string if no known word is similar.</summary>
    public static string For(string word, IEnumerable<string> known)
    {
        string typed = word.ToLowerInvariant();
        (string Name, int Distance) best = known.Select(name => (name, Distance(typed, name.ToLowerInvariant()))).MinBy(each => each.Item2);
        return best.Distance <= Math.Max(1, typed.Length / 3) ? $" Did you mean '{best.Name}'?" : "";
    }

    // Levenshtein: the number of characters to insert, delete or replace.
    private static int Distance(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
