$ErrorActionPreference = 'Stop'

# Chocolatey removes what an MSI installed by itself.
Install-ChocolateyPackage -PackageName 'shmbroker' -FileType 'msi' `
  -Url64bit '@HOME@/releases/download/v@VERSION@/@MSI@' `
  -Checksum64 '@MSI_SHA256@' -ChecksumType64 'sha256' `
  -SilentArgs "/qn /norestart /l*v `"$env:TEMP\shmbroker-@VERSION@.log`"" `
  -ValidExitCodes @(0, 1641, 3010)
