using System.Text.RegularExpressions;

namespace UserStore.Migrations.Planning;

/// <summary>Validates ids of migrations, which sort as strings.</summary>
internal static partial class MigrationId
{
    public const int MaxLength = 200;

    public static string Check(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Length <= MaxLength && Pattern.IsMatch(id)
            ? id
            : throw new InvalidMigrationException(
                id.Length <= MaxLength ? id : id[..MaxLength],
                "is not a valid id. Start it with digits, such as 20261121093000_what_it_does, followed by '_' and letters, digits, "
                    + $"'_', '-' or '.', at most {MaxLength} characters.");
    }

    /// <summary>Returns the number of leading digits of an id.</summary>
    public static int DigitsOf(string id) => id.AsSpan().IndexOfAnyExceptInRange('0', '9') is var length and >= 0 ? length : id.Length;

    [GeneratedRegex(@"^[0-9]+(_[A-Za-z0-9_.\-]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern { get; }
}
