using System.Buffers;

namespace UserStore.DynamoDb.Tables;

/// <summary>Provides the naming rules of tables, indexes and regions.</summary>
internal static class ResourceName
{
    // Amazon DynamoDB Developer Guide, "Naming rules".
    private const int MinLength = 3;
    private const int MaxLength = 255;

    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");

    /// <summary>Gets the rule as the end of the sentence "The name must have ...".</summary>
    public static string Rule => $"{MinLength} to {MaxLength} letters, digits, '_', '.' and '-'";

    /// <summary>Returns the name of a table that is given by its name or its ARN, as requests accept both.</summary>
    public static string OfTable(string nameOrArn)
        => nameOrArn.StartsWith("arn:", StringComparison.Ordinal) ? nameOrArn[(nameOrArn.LastIndexOf('/') + 1)..] : nameOrArn;

    public static bool IsValid(string? name)
        => name is { Length: >= MinLength and <= MaxLength } && HasAllowedCharacters(name);

    public static bool HasAllowedCharacters(string name) => !name.AsSpan().ContainsAnyExcept(Allowed);

    public static bool IsRegion(string name) => name.Split('-') is { Length: >= 3 } parts
        && parts.All(part => part.Length > 0 && part.All(unit => char.IsAsciiLetterLower(unit) || char.IsAsciiDigit(unit)));
}
