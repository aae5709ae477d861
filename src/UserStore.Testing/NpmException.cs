namespace UserStore.Testing;

/// <summary>Thrown when npm is missing or cannot install a package.</summary>
internal sealed class NpmException : Exception
{
    public NpmException(string message, string output)
        : base($"{message}\n{output}") => Output = output;

    public NpmException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Gets what npm reported; <see langword="null"/> if it is missing.</summary>
    public string? Output { get; }
}
