namespace UserStore.Testing;

/// <summary>Reserves a data file for one server. The operating system releases the lock when the process ends, however it ends.</summary>
internal static class DataFileLock
{
    /// <exception cref="LocalDynamoDbException">Another process has reserved the file, or the folder is not writable.</exception>
    public static FileStream Acquire(string dataFile)
    {
        string file = $"{dataFile}.lock";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(dataFile)!);
            // A link and its target are one file.
            if (new FileInfo(dataFile) is { LinkTarget: not null } link)
                file = $"{link.ResolveLinkTarget(returnFinalTarget: true)!.FullName}.lock";
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new LocalDynamoDbException(
                File.Exists(file) && refused is IOException
                    ? $"The data file '{dataFile}' is in use by another process. Stop that process, or use another file."
                    : $"The data file '{dataFile}' cannot be created: {refused.Message}",
                refused);
        }
    }
}
