using System.Runtime.CompilerServices;
using UserStore.CommandLine;

namespace UserStore.Privacy.CommandLine;

/// <summary>Reads the input of commands, and writes their files.</summary>
internal static class CommandFiles
{
    /// <summary>The argument that stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>Returns the whole text.</summary>
    /// <exception cref="CommandFailedException">The file cannot be read.</exception>
    public static async Task<string> ReadAsync(string file, TextReader input, CancellationToken cancellationToken)
    {
        using TextReader? opened = file == StandardInput ? null : Try(() => new StreamReader(file));
        return await ReadAsync((opened ?? input).ReadToEnd, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns the lines that are not blank, with their numbers.</summary>
    /// <exception cref="CommandFailedException">The input cannot be read.</exception>
    public static async IAsyncEnumerable<(int Number, string Line)> ReadLinesAsync(
        TextReader input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int number = 1; await ReadAsync(input.ReadLine, cancellationToken).ConfigureAwait(false) is { } line; number++)
        {
            if (!string.IsNullOrWhiteSpace(line))
                yield return (number, line);
        }
    }

    // Reading standard input does not end when it is cancelled.
    private static async Task<T> ReadAsync<T>(Func<T> read, CancellationToken cancellationToken)
        => await Task.Run(() => Try(read), cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Writes a file that only its owner may read, also if it exists.</summary>
    /// <exception cref="CommandFailedException">The file cannot be written, or belongs to another user.</exception>
    public static async Task WriteAsync(string file, MemoryStream content, CancellationToken cancellationToken)
    {
        FileStream stream = Try(() => OpenForOwner(file));
        await using (stream.ConfigureAwait(false))
            await stream.WriteAsync(content.ToArray(), cancellationToken).ConfigureAwait(false);
    }

    private static FileStream OpenForOwner(string file)
    {
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Owner;
        var stream = new FileStream(file, options);
        try
        {
            if (IsDevice(file) || !stream.CanSeek)
                return stream;

            // The mode of an existing file is not that of the options, and its content stays if the mode cannot be set.
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(stream.SafeFileHandle, Owner);
            stream.SetLength(0);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    // Such as /dev/null, which must stay writable for everybody.
    private static bool IsDevice(string file)
    {
        FileSystemInfo target = File.ResolveLinkTarget(file, returnFinalTarget: true) ?? new FileInfo(file);
        return Path.GetDirectoryName(target.FullName) == "/dev";
    }

    private static T Try<T>(Func<T> access)
    {
        try
        {
            return access();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(failure.GetType().Name, failure.Message);
        }
    }
}
