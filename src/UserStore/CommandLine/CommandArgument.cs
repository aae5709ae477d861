namespace UserStore.CommandLine;

/// <summary>Describes a positional argument of a command.</summary>
/// <param name="Name">Its name in the usage.</param>
/// <param name="Description">Its meaning and its allowed values.</param>
/// <param name="Check">Throws <see cref="ArgumentException"/> or a <see cref="UserStoreException"/> if a value is not valid.</param>
internal sealed record CommandArgument(string Name, string Description, Action<string> Check)
{
    /// <summary>Gets a value indicating whether the argument consists of all remaining words.</summary>
    public bool IsRest { get; init; }

    /// <summary>Gets a value indicating whether each remaining word is a value of the argument.</summary>
    public bool IsList { get; init; }
}
