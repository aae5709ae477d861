namespace UserStore.Fuzzing.Targets;

/// <summary>Something that reads bytes from outside, with what it promises.</summary>
internal interface IFuzzTarget
{
    /// <summary>Gets valid inputs, from which others are made.</summary>
    IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>Gets words that mean something to the target.</summary>
    IReadOnlyList<string> Words { get; }

    /// <summary>Gets the number of branches that every run of some length takes. With fewer, the library is not instrumented or not reached.</summary>
    int MinBranches { get; }

    /// <summary>Returns how many bytes an input of a length may allocate.</summary>
    long MaxBytes(int length);

    /// <summary>Reads an input.</summary>
    /// <returns>The promise that it breaks, or null. An exception breaks one as well.</returns>
    string? Run(byte[] input);
}
